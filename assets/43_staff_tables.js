// Staff pages: what a table shows, copied or saved as a file, and how it fits a narrow screen.
(function () {
  "use strict";
  const RISKY = /^[=+\-@\t\r]/; // a spreadsheet would take it for a formula
  const NUMBER = /^-?\d[\d,]*(\.\d+)?$/;
  const IN_WORDS = /^([▲▼>占 ]*)(-?\d[\d,]*(?:\.\d+)?)(万|亿)?/;
  const SCALE = { "万": 1e4, "亿": 1e8 };
  const narrow = window.matchMedia("(max-width: 720px)");

  // The number a cell shows, as it is read: ▼1.2% is -1.2, 12.35万 is 123500, a dash is none.
  function shownNumber(data, key) {
    const text = data && data[key + "_text"], raw = data && data[key];
    if (raw === null || raw === undefined) { return null; }
    if (text === undefined) { return raw; }
    const found = IN_WORDS.exec(text);
    if (!found) { return 0; } // 持平
    const size = Number(found[2].replace(/,/g, "")) * (SCALE[found[3]] || 1);
    return found[1].indexOf("▼") >= 0 ? -size : size;
  }

  const functions = window.dashAgGridFunctions = window.dashAgGridFunctions || {};
  functions.StaffShown = shownNumber;

  // A number where a cell shows a number and nothing else, long ones exactly; else its words.
  function shownCell(data, column) {
    const key = column.field, text = data[key + "_text"], raw = data[key];
    if (column.cellRenderer === "StaffLight") { return data.light_text || ""; }
    if (text === undefined) { return raw === null || raw === undefined ? "" : raw; }
    if (text === "—") { return ""; }
    if (NUMBER.test(text)) { return Number(text.replace(/,/g, "")); }
    return /^-?[\d,.]+[万亿]$/.test(text) ? raw : text;
  }

  function shown(id) {
    const api = window.dash_ag_grid.getApi(id);
    const columns = api.getAllDisplayedColumns().map(function (one) { return one.getColDef(); })
      .filter(function (one) { return one.headerName && one.cellRenderer !== "StaffBar"; });
    const rows = [];
    function take(data) {
      rows.push(columns.map(function (one) { return shownCell(data, one); }));
    }
    api.forEachNodeAfterFilterAndSort(function (node) { take(node.data); });
    for (let k = 0; k < api.getPinnedBottomRowCount(); k += 1) { take(api.getPinnedBottomRow(k).data); }
    return { head: columns.map(function (one) { return one.headerName; }), rows: rows };
  }

  function csvCell(value) {
    if (typeof value === "number") { return String(value); }
    const text = RISKY.test(value) && isNaN(Number(value)) ? "'" + value : value;
    return /[",\n\r]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  }

  function lines(table, cell, between) {
    return [table.head].concat(table.rows).map(function (row) {
      return row.map(cell).join(between);
    }).join("\r\n");
  }

  function save(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 4000);
  }

  function workbook(table, name) {
    fetch("/export/xlsx", {
      method: "POST", headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ name: name, head: table.head, rows: table.rows })
    }).then(function (answer) {
      if (answer.ok) { return answer.blob().then(function (blob) { save(blob, name + ".xlsx"); }); }
      return null;
    });
  }

  document.addEventListener("click", function (event) {
    const button = event.target.closest("button.st-export[data-form]");
    if (!button) { return; }
    const table = shown(button.dataset.table), name = button.dataset.name;
    if (button.dataset.form === "copy") {
      const cell = function (value) { return String(value).replace(/[\t\r\n]+/g, " "); };
      window.staff.copyText(button, lines(table, cell, "\t"));
    } else if (button.dataset.form === "csv") {
      const text = lines(table, csvCell, ",");
      save(new Blob(["\ufeff", text], { type: "text/csv;charset=utf-8" }), name + ".csv");
    } else {
      workbook(table, name);
    }
  });

  // Without a selection the cell that has the keyboard is what is copied.
  document.addEventListener("copy", function (event) {
    const cell = document.activeElement && document.activeElement.closest(".st-grid .ag-cell");
    if (!cell || window.getSelection().toString()) { return; }
    event.clipboardData.setData("text/plain", cell.innerText.trim());
    event.preventDefault();
  });

  // ---- on a narrow screen the columns that can be spared are left out
  function fit(api) {
    const spared = (api.getColumns() || []).filter(function (one) {
      return (one.getColDef().context || {}).isWide;
    });
    api.setColumnsVisible(spared, !narrow.matches);
  }

  function grids() { return Array.from(document.querySelectorAll(".st-grid[id]")); }

  narrow.addEventListener("change", function () {
    grids().forEach(function (one) { fit(window.dash_ag_grid.getApi(one.id)); });
  });

  new MutationObserver(function () {
    grids().filter(function (one) { return !one._staffFits; }).forEach(function (one) {
      one._staffFits = true;
      if (narrow.matches) { window.dash_ag_grid.getApiAsync(one.id).then(fit); }
    });
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
