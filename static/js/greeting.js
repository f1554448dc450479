/* Greets on an empty home by the time of day where the viewer is. */
(() => {
  "use strict";

  const hour = new Date().getHours();
  const time = hour < 5 || hour >= 18 ? "evening" : hour < 12 ? "morning" : "afternoon";
  const greeting = document.getElementById("greeting");
  if (greeting) greeting.textContent = greeting.dataset[time];
})();
