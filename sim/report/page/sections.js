"use strict";
/* Sections and blocks of the page as elements.  All texts are set as texts. */
(() => {
    const T = window.Tenure, data = T.data, el = T.el;
    const ROWS_SHOWN = 500;
    const waiting = [];

    /* ---- tables ---- */

    const scroll = (label, table) => el("div",
        {class: "scroll", role: "region", "aria-label": label, tabindex: "0"}, table);

    const fold = (label, make) => {
        const details = el("details", {}, el("summary", {}, label));
        details.addEventListener("toggle", () => {
            if (details.open && details.children.length === 1)
                details.append(make());
        });
        return details;
    };

    const cell = (value, column, first) => {
        /* Short words stay on one line. */
        const room = {text: 24, code: 44, number: 0}[column.align];
        const kind = (text) => column.align +
            (String(text ?? "").length < room ? " short" : "");
        const text = value !== null && typeof value === "object" ? value.t : value;
        const title = value !== null && typeof value === "object" ? value.x : null;
        return el(first ? "th" : "td", {class: kind(text), title,
            "data-exact": title, scope: first ? "row" : null}, text ?? "");
    };

    const table = (block) => {
        const columns = block.columns;
        const head = el("tr", {}, columns.map((column) =>
            el("th", {scope: "col", class: column.align}, column.label)));
        const body = block.rows.map((row) => el("tr",
            {class: /^(total|owned, leased)$/.test(row[0]) ? "sum" : null},
            row.map((value, i) => cell(value, columns[i], i === 0))));
        return el("table", {}, block.fold ? null : el("caption", {}, block.caption),
            el("thead", {}, head), el("tbody", {}, body));
    };

    const tableBlock = (block) => block.fold ?
        fold(block.caption + " (" + block.rows.length + " rows)",
            () => scroll(block.caption, table(block))) :
        scroll(block.caption, table(block));

    /* ---- the data behind a figure ---- */

    const shownCell = (figure, value, c) => {
        const column = figure.columns[c];
        const time = figure.x.kind === "time" && /^x/.test(column.role);
        return time && typeof value === "number" ? T.date(value) : T.exact(value);
    };

    const csvOf = (figure) => {
        const quote = (text) => /[",\n\r]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' :
            text;
        const guard = (text) => /^[=+@\t-]/.test(text) && Number.isNaN(Number(text)) ?
            "'" + text : text;
        return [figure.columns.map((column) => column.name),
            ...figure.rows.map((row) => row.map((value, c) => shownCell(figure, value, c)))]
            .map((row) => row.map((text) => quote(guard(text))).join(",")).join("\n") + "\n";
    };

    const saveButton = (figure) => {
        const button = el("button", {type: "button"}, "Save as CSV");
        button.addEventListener("click", () => {
            const url = URL.createObjectURL(new Blob([csvOf(figure)], {type: "text/csv"}));
            el("a", {href: url, download: figure.key + ".csv"}).click();
            setTimeout(() => URL.revokeObjectURL(url), 10000);
        });
        return button;
    };

    const dataTable = (figure) => {
        const text = (c) => figure.columns[c].role === "text" ||
            (c === 0 && figure.x.kind === "category");
        const head = el("tr", {}, figure.columns.map((column, c) => el("th",
            {scope: "col", class: text(c) ? "text" : "number"},
            column.label || column.name, column.unit && column.unit !== "1" ?
                el("span", {}, ", " + column.unit) : null)));
        const body = el("tbody");
        const add = (from, to) => {
            for (const row of figure.rows.slice(from, to))
                body.append(el("tr", {}, row.map((value, c) => el(c === 0 ? "th" : "td",
                    {scope: c === 0 ? "row" : null, class: text(c) ? "text" : "number"},
                    shownCell(figure, value, c)))));
        };
        add(0, ROWS_SHOWN);
        const box = el("div", {}, scroll("Data of " + figure.title,
            el("table", {}, el("thead", {}, head), body)));
        if (figure.rows.length > ROWS_SHOWN) {
            const more = el("button", {type: "button"}, "Show all " + figure.rows.length +
                " rows");
            more.addEventListener("click", () => {
                add(ROWS_SHOWN, figure.rows.length);
                more.remove();
            });
            box.append(more, " ");
        }
        box.append(saveButton(figure));
        return box;
    };

    const dataOf = (figure) => {
        let label = "Data of this chart (" + figure.rows.length + " rows";
        if (figure.thinned_from)
            label += " of " + figure.thinned_from + ", every peak among them";
        return fold(label + ")", () => dataTable(figure));
    };

    /* ---- figures ---- */

    const figureItem = (block, item) => {
        if (item.absent)
            return el("div", {class: "item"}, el("h4", {}, item.label),
                el("p", {class: "note"}, item.absent));
        const figure = data.figures[item.figure];
        figure.colours = block.colours ||= new Map();
        for (const column of figure.columns)
            if (!/^x|text/.test(column.role))
                T.token(column, figure.colours);
        const host = el("div", {class: "chart", "data-figure": figure.key});
        const many = block.items.length > 1;
        const box = el("div", {class: "item"}, many ? el("h4", {}, item.label) : null, host, dataOf(figure));
        if (T.drawsItself(figure))
            T.drawn(figure, host);
        else if (window.uPlot)
            waiting.push({block, chart: T.chart(figure, host,
                figure.x.kind === "time" ? "time" : block.key)});
        else if (item.image)
            host.append(el("img", {src: item.image, alt: figure.title + ". " +
                (figure.note || "") + " The numbers are in the table below."}));
        else
            host.append(el("p", {class: "note"}, data.no_picture));
        return box;
    };

    const figureBlock = (block) => {
        const note = data.figures[block.items.find((item) => !item.absent).figure].note;
        return el("figure", {class: "figure", id: "figure-" + block.key},
            el("h3", {}, block.title),
            note ? el("p", {class: "chart-note"}, note) : null,
            el("div", {class: block.items.length > 1 ? "items two" : "items"},
                block.items.map((item) => figureItem(block, item))));
    };

    /* ---- all else ---- */

    const tiles = (block) => el("ul", {class: "tiles"}, block.items.map((item) =>
        el("li", {}, el("span", {class: "label"}, item.label),
            el("span", {class: "value", title: item.exact, "data-exact": item.exact},
                item.value),
            item.note ? el("span", {class: "more"}, item.note) : null)));

    const blocks = {
        lead: (block) => el("p", {class: "lead"}, T.prose(block.text)),
        text: (block) => el("p", {}, T.prose(block.text)),
        note: (block) => el("p", {class: "note"}, T.prose(block.text)),
        warning: (block) => el("p", {class: "warning"}, T.prose(block.text)),
        good: (block) => el("p", {class: "verdict ok"}, T.prose(block.text)),
        bad: (block) => el("p", {class: "verdict not"}, block.text),
        heading: (block) => el("h3", {}, block.text),
        pre: (block) => fold(block.caption, () => el("pre", {tabindex: "0"}, block.text)),
        tiles, table: tableBlock, figures: figureBlock,
    };

    const section = (one) => el("section", {id: one.id, "aria-labelledby": one.id + "-title"},
        el("h2", {id: one.id + "-title"}, one.title),
        one.intro ? el("p", {class: "intro"}, T.prose(one.intro)) : null,
        one.blocks.map((block) => blocks[block.block](block)));

    /* ---- contents, and where one is ---- */

    const contents = () => {
        const list = el("ul");
        const links = new Map();
        for (const one of [{id: "answer", title: "Answer"}, ...data.sections.filter(
            (part) => part.id !== "answer")]) {
            const link = el("a", {href: "#" + one.id}, one.title);
            links.set(one.id, link);
            list.append(el("li", {}, link));
        }
        document.getElementById("contents").append(list);
        const seen = new Set();
        const watch = new IntersectionObserver((entries) => {
            for (const entry of entries)
                seen[entry.isIntersecting ? "add" : "delete"](entry.target.id);
            const first = [...links.keys()].find((id) => seen.has(id));
            for (const [id, link] of links)
                if (id === first)
                    link.setAttribute("aria-current", "true");
                else
                    link.removeAttribute("aria-current");
        }, {rootMargin: "-15% 0px -60% 0px"});
        for (const id of links.keys())
            watch.observe(document.getElementById(id));
    };

    const start = () => {
        const print = el("button", {type: "button"}, "Print");
        print.addEventListener("click", () => window.print());
        document.getElementById("tools").append(T.themeSwitch(), print);
        for (const one of data.sections)
            if (one.id === "answer")
                document.getElementById("answer-more").append(
                    ...one.blocks.map((block) => blocks[block.block](block)));
            else
                document.getElementById("sections").append(section(one));
        for (const block of new Set(waiting.map((one) => one.block)))
            T.sameScale(waiting.filter((one) => one.block === block).map((one) => one.chart));
        for (const {chart} of waiting)
            chart.start();
        contents();
        requestAnimationFrame(() => {
            T.live = true;
            document.documentElement.dataset.ready = "true";
        });
    };

    start();
})();
