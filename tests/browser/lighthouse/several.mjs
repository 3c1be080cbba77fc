// Lighthouse on several pages, one after the other in one Chromium, for what does not depend on speed.
// Arguments: the folder with its packages, and JSON with `addresses` and the `headers` to ask them with.
// Prints JSON: address → {marks: {category: 0 to 1}, lost: [what cost a mark]}.
const [packages, told] = process.argv.slice(2);
const { default: lighthouse } = await import(`${packages}/lighthouse/core/index.js`);
const { launch } = await import(`${packages}/chrome-launcher/dist/index.js`);
const { addresses, headers } = JSON.parse(told);

const config = {
  extends: 'lighthouse:default',
  settings: {
    onlyCategories: ['accessibility', 'best-practices'],
    extraHeaders: headers,
    disableFullPageScreenshot: true,
    maxWaitForLoad: 30000,
    // The desk asks for news every five seconds: it is never quiet for as long as that.
    networkQuietThresholdMs: 100,
    pauseAfterFcpMs: 0,
    pauseAfterLoadMs: 0,
    cpuQuietThresholdMs: 0,
  },
};
const chrome = await launch({
  chromeFlags: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
const found = {};
try {
  for (const address of addresses) {
    const { lhr } = await lighthouse(address, { port: chrome.port, logLevel: 'error' }, config);
    if (lhr.runtimeError) throw new Error(`${address}: ${lhr.runtimeError.message}`);
    if (lhr.finalDisplayedUrl !== address) throw new Error(`${address} led to ${lhr.finalDisplayedUrl}`);
    const marks = Object.values(lhr.categories).map((each) => [each.id, each.score]);
    const lost = Object.values(lhr.audits).filter((each) => each.score !== null && each.score < 1);
    found[address] = {
      marks: Object.fromEntries(marks),
      lost: lost.map((each) => `${each.id}: ${each.displayValue || each.title}`),
    };
  }
} finally {
  chrome.kill();
}
console.log(JSON.stringify(found));
