/** Sorts a table by a click on a column head, and copies one as CSV. The page is whole without it; it must hold no "</". */
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
  function field(cell) {
    var raw = cell.getAttribute("data-sort");
    var text = raw !== null && raw !== "" && isFinite(raw) ? raw : cell.textContent;
    return /[",\\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  }
  function csv(table) {
    return Array.prototype.map.call(table.rows, function (row) {
      return Array.prototype.map.call(row.cells, field).join(",");
    }).join("\\n") + "\\n";
  }
  function copy(text) {
    // Pages opened as files may have no clipboard of the new kind.
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    var area = document.createElement("textarea");
    area.value = text;
    document.body.appendChild(area);
    area.select();
    var done = document.execCommand("copy");
    area.remove();
    return done ? Promise.resolve() : Promise.reject(new Error("not copied"));
  }
  function addCopy(table) {
    var button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy as CSV";
    button.setAttribute("aria-label", "Copy as CSV: " + table.caption.textContent);
    button.addEventListener("click", function () {
      copy(csv(table)).then(
        function () { button.textContent = "Copied"; },
        function () { button.textContent = "The browser does not let this page copy"; }
      );
    });
    table.parentNode.parentNode.insertBefore(button, table.parentNode.nextSibling);
  }
  document.querySelectorAll("table.sortable").forEach(function (table) {
    addCopy(table);
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
