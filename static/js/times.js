/* Times, in the viewer's time zone and language, with the full date as title. */
(() => {
  "use strict";

  const { lang } = document.documentElement;
  const units = [["minute", 60], ["hour", 24], ["day", 7]].map(([unit, end]) => {
    const style = { style: "unit", unit, unitDisplay: "narrow" };
    return { unit, end, format: new Intl.NumberFormat(lang, style).format };
  });

  // "now", "12m", "3h", "6d", and then the day.
  function short(at) {
    const now = moment();
    const within = units.find(({ unit, end }) => now.diff(at, unit) < end);
    if (!within) return at.format(now.diff(at, "month") < 11 ? "D MMM" : "MMM YYYY");
    const since = now.diff(at, within.unit);
    if (since > 0) return within.format(since);
    return new Intl.RelativeTimeFormat(lang, { numeric: "auto" }).format(0, "second");
  }

  // Flask-Moment's markup. The clock of the viewer may be behind that of the server.
  function render(root) {
    for (const time of root.querySelectorAll("time[data-function]")) {
      const at = moment(time.dateTime);
      time.title = at.format("LLL");
      time.dataset.timestamp = time.dateTime;
      if (time.dataset.function === "short") time.textContent = short(at);
      else if (time.dataset.function === "fromNow" && at.isAfter())
        time.textContent = document.body.dataset.justNow;
      else flask_moment_render(time);
    }
  }
  moment.locale(lang);
  document.addEventListener("htmx:after:process", (event) => render(event.target));
  setInterval(() => render(document), 60_000);
  window.addEventListener("pageshow", (event) => event.persisted && render(document));
})();
