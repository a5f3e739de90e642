// Reads a JSON list of [name, TeX, displayed] and prints what KaTeX and MathJax 3 refuse, one JSON line each.
"use strict";
const katex = require("katex");
const { mathjax } = require("mathjax-full/js/mathjax.js");
const { TeX } = require("mathjax-full/js/input/tex.js");
const { CHTML } = require("mathjax-full/js/output/chtml.js");
const { liteAdaptor } = require("mathjax-full/js/adaptors/liteAdaptor.js");
const { RegisterHTMLHandler } = require("mathjax-full/js/handlers/html.js");
require("mathjax-full/js/input/tex/base/BaseConfiguration.js");
require("mathjax-full/js/input/tex/ams/AmsConfiguration.js");

RegisterHTMLHandler(liteAdaptor());
const refused = (error) => { throw error; };
const input = new TeX({ packages: ["base", "ams"], formatError: (_, error) => refused(error) });
const page = mathjax.document("", { InputJax: input, OutputJax: new CHTML() });

const formulas = JSON.parse(require("fs").readFileSync(0, "utf8"));
for (const [name, tex, display] of formulas) {
  for (const [engine, run] of [
    ["KaTeX", () => katex.renderToString(tex, { displayMode: display, throwOnError: true, strict: "error" })],
    ["MathJax", () => page.convert(tex, { display })],
  ]) {
    try {
      run();
    } catch (error) {
      console.log(JSON.stringify([name, engine, error.message, tex]));
    }
  }
}
console.log(JSON.stringify(["done", formulas.length]));
