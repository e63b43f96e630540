// Before anything is drawn, and while the page's own code is still on its way. What the code later needs stands on `window.rexFirst`.
(() => {
  // Who chose a theme sees no flash of the other. Without storage the system's theme holds, and nobody is signed in.
  const keep = (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  };
  const parse = (text) => {
    try {
      return JSON.parse(text);
    } catch {
      return null;
    }
  };
  const chosen = keep("rex-theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;

  // What every view asks for first, and what the overview does: services/first.ts takes the answers.
  const { access_token: token, expires_at: expires } = parse(keep("rex-session")) ?? {};
  if (!token || !(expires * 1_000 - Date.now() > 90_000) || location.pathname === "/sign-in") return;
  const account = keep("rex-account");
  const headers = { Authorization: `Bearer ${token}`, ...(account && { "Rex-Account": account }) };
  const paths = ["/api/rex/account", ...(location.pathname === "/" ? ["/api/rex/status"] : [])];
  // Read to its end, because a browser keeps a request open whose answer nobody reads, and one that comes late is not taken.
  const whole = async (answer) => new Response(await answer.arrayBuffer(), { status: answer.status, headers: answer.headers });
  const answers = new Map(paths.map((path) => [path, fetch(path, { headers }).then(whole)]));
  for (const answer of answers.values()) answer.catch(() => undefined);
  window.rexFirst = { token, account, answers };
})();
