-- Sends the requests of a file by turns, and prints the result: a Load as a list in JSON.
-- The file holds them as they go over the wire, each ended by NUL.

local requests = {}
local sent = 0

function init(args)
  for request in io.open(args[1]):read("*a"):gmatch("%Z+") do
    requests[#requests + 1] = request
  end
end

function request()
  sent = sent % #requests + 1
  return requests[sent]
end

function done(summary, latency, _)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  print(string.format(
    "\n[%f, %f, %f, %d]", summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, failed
  ))
end
