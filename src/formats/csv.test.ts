import { describe, expect, it } from "vitest";
import { toCsv } from "./csv.ts";

describe("toCsv", () => {
  it("writes a line of names and a line for each record", () => {
    const csv = toCsv([
      { step: 0, passAt1: 0.25, note: "start" },
      { step: 1, passAt1: 1 / 3, note: "" },
    ]);
    expect(csv).toBe("step,passAt1,note\r\n0,0.25,start\r\n1,0.3333333333333333,\r\n");
  });

  it("takes columns in order of first appearance and leaves absent values empty", () => {
    expect(toCsv([{ a: 1 }, { b: 2, a: null }, { c: true, b: undefined }])).toBe(
      "a,b,c\r\n1,,\r\n,2,\r\n,,true\r\n",
    );
  });

  it("quotes commas, quotes and line breaks", () => {
    expect(toCsv([{ 'say "a, b"': 'x\ny "z"' }])).toBe('"say ""a, b"""\r\n"x\ny ""z"""\r\n');
  });

  it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "＝1"])("keeps a spreadsheet from running %j", (text) => {
    expect(toCsv([{ a: text }])).toBe(`a\r\n'${text}\r\n`);
  });

  it("escapes a formula that must also be quoted, and one in a column's name", () => {
    expect(toCsv([{ "=A": '=HYPERLINK("x","y")' }])).toBe(`'=A\r\n"'=HYPERLINK(""x"",""y"")"\r\n`);
    expect(toCsv([{ a: "\r=1" }])).toBe(`a\r\n"'\r=1"\r\n`);
  });

  it("leaves negative numbers, not-a-number and infinity as numbers", () => {
    expect(toCsv([{ a: -1.5, b: NaN, c: -Infinity }])).toBe("a,b,c\r\n-1.5,NaN,-Infinity\r\n");
  });

  it("gives empty text for no records", () => {
    expect(toCsv([])).toBe("");
  });
});
