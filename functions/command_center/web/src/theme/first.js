// Before the first paint: who chose a theme sees no flash of the other.
try {
  const chosen = localStorage.getItem("rex-theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
  // Without storage the system's theme holds.
}
