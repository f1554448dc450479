-- Sends the requests of a file, one after the other, and says in one line of JSON how it went.
-- A line of the file: method, path, body and headers ("Name: value"), with tabs between.

local requests = {}
local at = 0

function init(args)
  for line in io.lines(args[1]) do
    local parts = {}
    for part in (line .. "\t"):gmatch("([^\t]*)\t") do
      parts[#parts + 1] = part
    end
    local headers = {}
    for i = 4, #parts do
      local name, value = parts[i]:match("^(.-): (.*)$")
      headers[name] = value
    end
    local body = parts[3] ~= "" and parts[3] or nil
    requests[#requests + 1] = wrk.format(parts[1], parts[2], headers, body)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency, _)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format(
    '\n{"answers": %d, "microseconds": %d, "median": %d, "near_worst": %d, "failed": %d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), failed
  ))
end
