const assert = require("node:assert/strict");
const test = require("node:test");
const { openPage, plain } = require("./open_page.js");

const POINTS = [
  { day: "2026-01-01", Hours: 0.1 }, { day: "2026-01-02", Hours: 0.2 }, { day: "2026-01-03", Hours: null },
  { day: "2026-01-04", Hours: 1234.567 },
];

test("SCH-05: the brush shows its days, both ends included, and their hours without errors of rounding", () => {
  const { cmms } = openPage(["machine_chart"]);
  const [shown, text] = plain(cmms.zoom([0, 1], POINTS));
  assert.deepEqual(shown, POINTS.slice(0, 2));
  assert.equal(text, "2026-01-01 to 2026-01-02: 0.300 hours");
});

test("SCH-05: a day without hours counts nothing, and one day is a period", () => {
  const { cmms } = openPage(["machine_chart"]);
  assert.equal(cmms.zoom([0, 3], POINTS)[1], "2026-01-01 to 2026-01-04: 1,234.867 hours");
  assert.equal(cmms.zoom([2, 2], POINTS)[1], "2026-01-03 to 2026-01-03: 0.000 hours");
});

test("SCH-05: Reset covers all days; a button that was only drawn changes nothing", () => {
  const { cmms } = openPage(["machine_chart"]);
  assert.deepEqual(plain(cmms.resetZoom(1, POINTS)), [0, 3]);
  assert.equal(cmms.resetZoom(null, POINTS), "no update");
});

test("SCH-04: the legend leaves the lines that are on, in their order", () => {
  const { cmms } = openPage(["machine_chart"]);
  const series = [{ name: "A" }, { name: "B" }, { name: "C" }];
  assert.deepEqual(plain(cmms.showSeries(["C", "A"], series)), [{ name: "A" }, { name: "C" }]);
  assert.deepEqual(plain(cmms.showSeries([], series)), []);
});
