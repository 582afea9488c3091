"use strict";
/* What the other scripts share: elements, numbers for people, colours, the theme. */
(() => {
    const T = window.Tenure = {};

    T.data = JSON.parse(document.getElementById("data").textContent);

    /* An element.  Children that are no elements become text, never markup. */
    T.el = (tag, attributes, ...children) => {
        const element = document.createElement(tag);
        for (const [name, value] of Object.entries(attributes || {})) {
            if (value === true)
                element.setAttribute(name, "");
            else if (value !== null && value !== undefined && value !== false)
                element.setAttribute(name, value);
        }
        for (const child of children.flat())
            if (child !== null && child !== undefined)
                element.append(child);
        return element;
    };

    T.svg = (tag, attributes, text) => {
        const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
        for (const [name, value] of Object.entries(attributes || {}))
            element.setAttribute(name, value);
        if (text !== undefined)
            element.textContent = text;
        return element;
    };

    /* What stands between backquotes is code. */
    T.prose = (text) => text.split("`").map((part, i, all) =>
        i % 2 === 1 && i + 1 < all.length ? T.el("code", {}, part) :
            i % 2 === 1 ? "`" + part : part);

    T.say = (text) => {
        document.getElementById("live").textContent = text;
    };

    /* ---- numbers ---- */

    const suffixes = ["", "k", "M", "G", "T", "P"];

    /* Three digits and a suffix, as the program prints them: 999, 1.23k, 45.6M. */
    T.short = (value) => {
        if (value === null || value === undefined || Number.isNaN(value))
            return "–";
        let size = Math.abs(value), step = 0;
        if (size < 999.5 && Number.isInteger(size))
            return String(value === 0 ? 0 : value);
        while (size >= 999.5 && step + 1 < suffixes.length) {
            size /= 1000;
            step++;
        }
        if (size >= 1e6 || (size > 0 && size < 1e-3))
            return value.toExponential(2);
        const digits = size < .0995 ? 4 : size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
        return (value < 0 ? "-" : "") + size.toFixed(digits) + suffixes[step];
    };

    /* The unit, where there is one to be said. */
    T.unit = (unit) => unit && unit !== "1" && unit !== "s" ? unit : "";

    /* Steps of an axis of seconds. */
    T.secondSteps = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 10800, 21600, 43200,
        86400, 172800, 432000, 864000, 2592000, 8640000, 31536000, 315360000];

    /* A round number of an axis. */
    T.tick = (value) => {
        let size = Math.abs(value), step = 0;
        while (size >= 1000 && step + 1 < suffixes.length) {
            size /= 1000;
            step++;
        }
        return (value < 0 ? "-" : "") + Number(size.toPrecision(6)) + suffixes[step];
    };

    T.seconds = (value) => {
        const steps = [[59.95, 1, "s"], [59.95 * 60, 60, "min"], [47.95 * 3600, 3600, "h"],
            [Infinity, 86400, "d"]];
        const step = steps.find((one) => Math.abs(value) < one[0]);
        return Number((value / step[1]).toFixed(1)) + " " + step[2];
    };

    T.value = (value, unit) => {
        if (value === null || value === undefined)
            return "–";
        if (unit === "s")
            return T.seconds(value);
        if (unit === "%")
            return value.toFixed(1) + " %";
        return T.short(value) + (unit && unit !== "1" ? " " + unit : "");
    };

    /* All that is known of it; in tables of data. */
    T.exact = (value) => typeof value === "number" ? String(Number(value.toPrecision(12))) :
        value === null ? "" : String(value);

    T.date = (seconds) => {
        const text = new Date(seconds * 1000).toISOString();
        return seconds % 86400 === 0 ? text.slice(0, 10) : text.slice(0, 16).replace("T", " ");
    };

    /* ---- colours: of the theme, the same for what has one name ---- */

    const known = {
        useful: "c1", overhead: "c2", no_demand: "idle1", fragmented: "idle2",
        held: "idle3", down: "want", waiting: "want", unserved: "want",
        undecided: "idle2", boundary: "ink", front: "ink",
    };

    /* `names` are those of the figures that stand side by side. */
    T.token = (column, names) => {
        if ((column.role === "line" || column.role === "step") &&
            /^(fixed|owned|capacity)/.test(column.name))
            return "ink";
        const [what, of] = column.name.split(":");
        if (!of)
            for (const [word, token] of Object.entries(known))
                if (what.includes(word))
                    return token;
        const name = of || column.label || what;
        if (!names.has(name))
            names.set(name, "c" + (names.size % 10 + 1));
        return names.get(name);
    };

    T.css = (token) =>
        getComputedStyle(document.documentElement).getPropertyValue("--" + token).trim();

    /* A sign of the legend, drawn, since paper has no backgrounds: `form` is "area", "line",
     * "dot" or "front", a line through ringed points. */
    T.swatch = (form, token, dash) => {
        const filled = form === "area" || form === "dot", width = filled ? 13 : 22;
        const box = T.svg("svg", {class: "swatch " + form, width, height: 12,
            viewBox: "0 0 " + width + " 12", "aria-hidden": "true"});
        const shapes = {
            area: () => [T.svg("rect", {x: 0, y: 0, width: 13, height: 12, rx: 3})],
            dot: () => [T.svg("circle", {cx: 6.5, cy: 6, r: 5})],
            line: () => [T.svg("line", {x1: 0, x2: 22, y1: 6, y2: 6, "stroke-width": 2.4,
                ...(dash ? {"stroke-dasharray": dash.join(" ")} : {})})],
            front: () => [T.svg("line", {x1: 0, x2: 22, y1: 6, y2: 6, "stroke-width": 1.6}),
                T.svg("circle", {cx: 11, cy: 6, r: 4.6, "stroke-width": 1.6})],
        };
        for (const shape of shapes[form]()) {
            shape.style.fill = filled ? "var(--" + token + ")" : "none";
            shape.style.stroke = filled ? "none" : "var(--" + token + ")";
            box.append(shape);
        }
        return box;
    };

    /* ---- the theme ---- */

    const listeners = [], printers = [];
    T.onPrint = (start, end) => printers.push([start, end]);
    T.onTheme = (listener) => listeners.push(listener);

    const setTheme = (theme) => {
        if (theme)
            document.documentElement.dataset.theme = theme;
        else
            delete document.documentElement.dataset.theme;
        for (const listener of listeners)
            listener();
    };

    T.themeSwitch = () => {
        const group = T.el("div", {class: "ways", role: "group", "aria-label": "Colours"});
        let current = "";
        for (const [theme, label] of [["", "Auto"], ["light", "Light"], ["dark", "Dark"]]) {
            const button = T.el("button",
                {type: "button", class: "way", "aria-pressed": theme === ""}, label);
            button.setAttribute("aria-pressed", String(theme === current));
            button.addEventListener("click", () => {
                current = theme;
                for (const other of group.children)
                    other.setAttribute("aria-pressed", String(other === button));
                setTheme(theme);
            });
            group.append(button);
        }
        matchMedia("(prefers-color-scheme: dark)").addEventListener("change",
            () => setTheme(current));

        /* Paper is light. */
        addEventListener("beforeprint", () => {
            setTheme("light");
            for (const [start] of printers)
                start();
        });
        addEventListener("afterprint", () => {
            setTheme(current);
            for (const [, end] of printers)
                end();
        });
        return group;
    };
})();
