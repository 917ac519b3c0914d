/** Names written in two scripts (`云帆零售 Yunfan Retail`) in the reader's one. */
const TWO = /^([\p{Script=Han}（）·\d]+)\s+(\p{Script=Latin}.*)$/u;
export function callName(name: string, language: string): string {
  const two = TWO.exec(name);
  return two ? two[language.startsWith("zh") ? 1 : 2]! : name;
}
