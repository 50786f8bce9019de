// Rules for the code of the browser and its tests (make check). Packages come from .venv/node, where make setup puts them.
const js = require("@eslint/js");
const globals = require("globals");

const rules = {
  eqeqeq: "error",
  "no-implicit-globals": "error",
  "no-shadow": "error",
  "no-unused-vars": ["error", { args: "none" }], // Dash passes what it passes: arguments stand there by their place
  "no-var": "error",
  "prefer-const": "error",
  complexity: ["error", 12],
  "max-lines-per-function": ["error", { max: 60, skipComments: true, IIFEs: false }],
  "no-restricted-properties": [
    "error",
    { property: "innerHTML", message: "Data is put into the page as text: use textContent." },
    { property: "outerHTML", message: "Data is put into the page as text: use textContent." },
    { property: "insertAdjacentHTML", message: "Data is put into the page as text: use textContent." },
  ],
  "no-eval": "error",
  "no-implied-eval": "error",
  strict: ["error", "function"],
};
// What is no interface of Dash, its libraries or Airflow stands in compat.js alone.
const privateNames = [
  {
    selector: "Literal[value=/_dash|data-dash|plugin\\/cmms|auth\\/login|^ag-Grid|\\.ag-|recharts/]",
    message: "A private interface of Dash, of its libraries or of Airflow: it belongs into compat.js.",
  },
  {
    selector: "MemberExpression[property.name=/^(store|unstable_batchedUpdates)$/]",
    message: "A private interface of Dash's renderer or of React: it belongs into compat.js.",
  },
];

module.exports = [
  js.configs.recommended,
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["include/cmms_ui/**/*.js"],
    languageOptions: { ecmaVersion: 2021, sourceType: "script", globals: globals.browser },
    rules: rules,
  },
  { files: ["include/cmms_ui/browser/*.js"], rules: { "no-restricted-syntax": ["error", ...privateNames] } },
  {
    files: ["tests/browser_js/*.js", "eslint.config.cjs"],
    languageOptions: { ecmaVersion: 2023, sourceType: "commonjs", globals: globals.node },
    rules: { ...rules, strict: "off", "max-lines-per-function": "off", "no-restricted-properties": "off" },
  },
];
