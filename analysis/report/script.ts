/** Sorts a table by a click on a column head. The page is whole without it; it must hold no "</". */
export const script = `
(function () {
  "use strict";
  function key(row, column) {
    var raw = row.cells[column].getAttribute("data-sort");
    if (raw === "") return null;
    if (raw === null) return row.cells[column].textContent;
    return isFinite(raw) ? Number(raw) : raw;
  }
  function compare(a, b) {
    if (typeof a === typeof b) return a < b ? -1 : a > b ? 1 : 0;
    return typeof a === "number" ? -1 : 1;
  }
  document.querySelectorAll("table.sortable").forEach(function (table) {
    var heads = Array.prototype.slice.call(table.tHead.rows[0].cells);
    var body = table.tBodies[0];
    if (body.rows.length < 2) return;
    heads.forEach(function (head, column) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.textContent = "";
      head.appendChild(button);
      button.addEventListener("click", function () {
        var down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach(function (other) { other.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        var rows = Array.prototype.slice.call(body.rows).map(function (row) { return [key(row, column), row]; });
        rows.sort(function (a, b) {
          if (a[0] === null || b[0] === null) return a[0] === b[0] ? 0 : a[0] === null ? 1 : -1;
          return down ? compare(b[0], a[0]) : compare(a[0], b[0]);
        });
        rows.forEach(function (pair) { body.appendChild(pair[1]); });
      });
    });
  });
})();
`;
