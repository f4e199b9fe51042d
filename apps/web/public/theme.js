// Sets the theme before the first paint: the same rule as src/lib/appearance.ts, which loads too late for that.
(() => {
  let stored = {};
  let ofSite = null;
  try {
    ofSite = localStorage.getItem('site-theme');
    stored = JSON.parse(localStorage.getItem('appearance') ?? '{}') ?? {};
  } catch {
    // Storage may be shut, or hold something else: the defaults do.
  }
  const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  const wanted = stored.theme ?? ofSite;
  const theme = wanted === 'dark' || wanted === 'light' ? wanted : system;
  document.documentElement.dataset.theme = theme;
  document
    .querySelector('meta[name="theme-color"]')
    ?.setAttribute('content', theme === 'dark' ? '#091218' : '#f7f6f1');
})();
