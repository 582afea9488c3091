"use strict";
/* Figures by category (bars from low to high) and of single points, drawn as SVG. */
(() => {
    const T = window.Tenure;

    /* As wide as there is room, so that letters keep their size. */
    const widthOf = (host) => Math.max(300, Math.min(860, host.clientWidth || 860));

    const indexes = (figure, role) => figure.columns.map((column, index) => ({...column, index}))
        .filter((column) => column.role === role);

    /* About `n` round numbers from low to high. */
    const ticks = (low, high, n, unit) => {
        const rough = (high - low) / n, power = 10 ** Math.floor(Math.log10(rough));
        const steps = unit === "s" ? T.secondSteps : [1, 2, 5, 10].map((m) => m * power);
        const step = steps.find((s) => s >= rough) || steps[steps.length - 1];
        const list = [];
        for (let t = Math.ceil(low / step) * step; t <= high + step * 1e-9; t += step)
            list.push(Math.abs(t) < step * 1e-9 ? 0 : t);
        return list;
    };

    const scale = (low, high, from, to) => (value) =>
        from + (value - low) / (high - low || 1) * (to - from);

    const extent = (figure, columns, zero) => {
        const all = figure.rows.flatMap((row) => columns.map((column) => row[column.index]))
            .filter((value) => value !== null);
        let low = Math.min(...all, ...(zero ? [0] : []));
        let high = Math.max(...all, ...(zero ? [0] : []));
        if (!(high > low))
            [low, high] = [low - 1, high + 1];
        const room = (high - low) * .05;
        return [zero && low === 0 ? 0 : low - room, zero && high === 0 ? 0 : high + room];
    };

    const drawing = (figure, WIDTH, height) => T.svg("svg", {class: "drawn", role: "img",
        width: WIDTH, height,
        viewBox: "0 0 " + WIDTH + " " + height, "aria-label": figure.title + ". " +
        (figure.note || "") + " The numbers are in the table below."});

    /* Text that is too long for its place keeps its begin and its end. */
    const fit = (text, letters) => text.length <= letters ? text :
        text.slice(0, Math.ceil(letters / 2) - 1) + "…" + text.slice(-Math.floor(letters / 2));

    const axisTitle = (axis) => T.unit(axis.unit) && axis.unit !== axis.label ?
        (axis.label ? axis.label + ", " : "") + axis.unit : axis.label;

    /* "2.4340887 USD/GPU-h" as "2.43 USD/GPU-h". */
    const shortText = (text) => {
        const parts = /^'?(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)(.*)$/i.exec(text);
        return parts ? T.short(Number(parts[1])) + parts[2] : text;
    };

    const legend = (columns) => {
        const bar = T.el("div", {class: "bar"});
        for (const [column, token, form] of columns)
            bar.append(T.el("span", {class: "key"}, T.swatch(form || "area", token),
                column.label || column.name));
        return bar;
    };

    /* ---- bars along y, one row for each category ---- */

    const paint = (shape, token) => {
        shape.style.fill = "var(--" + token + ")";
        return shape;
    };

    const tokenOfBar = (figure, pairs, k, low, high) => {
        if (figure.key !== "bridge")
            return pairs.length > 1 ? sides[k % 4] : "c1";
        return high >= low ? "plus" : "minus";
    };

    const sides = ["c1", "c2", "c3", "c4"];

    /* A bar from zero to a point, its interval, and what it is for at its end. */
    const whisker = (svg, figure, one) => {
        const value = one.row[one.point.index], middle = one.y + (one.thick - 1) / 2;
        const end = one.at(value), zero = one.at(0);
        const bar = paint(T.svg("rect", {x: Math.min(zero, end), y: one.y,
            width: Math.max(1, Math.abs(end - zero)), height: one.thick - 1, rx: 1.5}),
        sides[one.k % 4]);
        bar.append(T.svg("title", {}, one.name + ", " + one.point.label + ": " +
            T.value(value, one.point.unit) + " (" + T.short(one.a) + " to " +
            T.short(one.b) + ")"));
        svg.append(bar);
        const line = T.svg("line", {x1: one.at(one.a), x2: one.at(one.b), y1: middle, y2: middle,
            "stroke-width": 1.4});
        line.style.stroke = "var(--ink)";
        svg.append(line);
        const left = value < 0, text = one.text && one.row[one.text.index];
        const edge = left ? Math.min(end, one.at(one.a)) - 5 : Math.max(end, one.at(one.b)) + 5;
        if (text && value !== 0)
            svg.append(T.svg("text", {class: "soft", x: edge, y: middle + 4,
                "text-anchor": left ? "end" : "start"}, fit(shortText(text), 18)));
    };

    const signed = (value) => (value > 0 ? "+" : "") + T.short(value);

    const ranges = (figure, host) => {
        const WIDTH = widthOf(host), narrow = WIDTH < 560;
        const lows = indexes(figure, "low"), highs = indexes(figure, "high");
        /* A bridge's point is the length of its bar, and no place on the axis. */
        const bridge = figure.key === "bridge";
        const points = [...(bridge ? [] : indexes(figure, "point")),
            ...indexes(figure, "mark")];
        const pairs = lows.map((low, i) => [low, highs[i]]).filter(([, high]) => high);
        const x = indexes(figure, "x")[0];
        const texts = indexes(figure, "text");
        /* With a point for each interval bars reach from zero to the points. */
        const tornado = !bridge && pairs.length > 1 && points.length === pairs.length;
        const rowHeight = Math.max(26, 15 * pairs.length + 8), left = narrow ? 120 : 250,
            right = narrow ? 56 : 90, top = 6;
        const height = top + figure.rows.length * rowHeight + 40;
        const svg = drawing(figure, WIDTH, height);
        let [low, high] = extent(figure, [...lows, ...highs, ...points], !bridge);
        if (tornado && !narrow && texts.length > 0)
            [low, high] = [low - (high - low) * .14, high + (high - low) * .14];
        const at = scale(low, high, left, WIDTH - right);
        const bottom = height - 36;
        for (const tick of ticks(low, high, narrow ? 3 : 6, figure.y.unit)) {
            svg.append(T.svg("line", {class: tick === 0 ? "zero" : "grid", x1: at(tick),
                x2: at(tick), y1: top, y2: bottom}));
            svg.append(T.svg("text", {class: "soft", x: at(tick), y: bottom + 15,
                "text-anchor": "middle"}, T.tick(tick)));
        }
        svg.append(T.svg("text", {class: "soft", x: (left + WIDTH - right) / 2,
            y: bottom + 32, "text-anchor": "middle"}, axisTitle(figure.y)));
        figure.rows.forEach((row, r) => {
            const y = top + r * rowHeight;
            const name = String(row[x.index]);
            const label = T.svg("text", {x: left - 10, y: y + rowHeight / 2 + 4,
                "text-anchor": "end"}, fit(name, narrow ? 17 : 38));
            label.append(T.svg("title", {}, name));
            svg.append(label);
            const thick = (rowHeight - 8) / Math.max(1, pairs.length);
            let end = -Infinity;
            pairs.forEach(([from, to], k) => {
                const a = row[from.index], b = row[to.index];
                if (a === null || b === null)
                    return;
                if (tornado) {
                    whisker(svg, figure, {row, point: points[k], a, b, at, k,
                        y: y + 4 + k * thick, thick, text: narrow ? null : texts[k], name});
                    return;
                }
                const bar = T.svg("rect", {x: Math.min(at(a), at(b)), y: y + 4 + k * thick,
                    width: Math.max(1, Math.abs(at(b) - at(a))), height: thick - 1, rx: 1.5});
                paint(bar, tokenOfBar(figure, pairs, k, a, b, r));
                bar.append(T.svg("title", {}, name + ": " + (from.label || from.name) + " " +
                    T.value(a, from.unit) + ", " + (to.label || to.name) + " " +
                    T.value(b, to.unit)));
                svg.append(bar);
                end = Math.max(end, at(a), at(b));
            });
            for (const point of tornado ? [] : points)
                if (row[point.index] !== null) {
                    const cx = at(row[point.index]), cy = y + rowHeight / 2;
                    if (bridge)
                        svg.append(T.svg("line", {class: "zero", x1: left, x2: cx, y1: cy,
                            y2: cy, "stroke-dasharray": "2 4"}));
                    svg.append(paint(T.svg("circle", {cx, cy, r: 4}), "ink"));
                    end = Math.max(end, cx);
                }
            const note = (tornado ? [] : texts).map((column) => row[column.index]).filter(Boolean).join(" ");
            const [from, to] = pairs.length === 1 ? pairs[0].map((c) => row[c.index]) : [null];
            const mark = bridge ? row[points[0].index] : null;
            const said = note || (mark !== null ? T.short(mark) : from !== null && !tornado ?
                (bridge ? signed : T.short)(to - from) : "");
            if (said)
                svg.append(T.svg("text", {class: "soft", x: Math.max(end, at(low)) + 6,
                    y: y + rowHeight / 2 + 4}, fit(said, 16)));
        });
        if (pairs.length > 1)
            host.append(legend(pairs.map(([from], k) =>
                [tornado ? points[k] : from, sides[k % 4]])));
        host.append(svg);
    };

    /* ---- marks at (x, y) with intervals ---- */

    /* Of a line that may be a single point, the points are ringed. */
    const isFront = (column) => column.name.startsWith("front");

    const pointChart = (figure, host) => {
        const WIDTH = widthOf(host), narrow = WIDTH < 560;
        const x = indexes(figure, "x")[0], points = [...indexes(figure, "point"),
            ...indexes(figure, "mark")];
        const xLow = indexes(figure, "x_low")[0], xHigh = indexes(figure, "x_high")[0];
        const lows = indexes(figure, "low"), highs = indexes(figure, "high");
        const lines = [...indexes(figure, "line"), ...indexes(figure, "step")];
        const texts = indexes(figure, "text");
        const height = 380, left = 70, right = 24, top = 10, bottom = height - 46;
        const svg = drawing(figure, WIDTH, height);
        const [x0, x1] = extent(figure, [x, xLow, xHigh].filter(Boolean), false);
        const [y0, y1] = extent(figure, [...points, ...lows, ...highs, ...lines], false);
        const atX = scale(x0, x1, left, WIDTH - right), atY = scale(y0, y1, bottom, top);
        const text = (axis) => (value) => axis.unit === "s" ? T.seconds(value) : T.tick(value);
        for (const tick of ticks(x0, x1, narrow ? 4 : 7, figure.x.unit)) {
            svg.append(T.svg("line", {class: "grid", x1: atX(tick), x2: atX(tick), y1: top,
                y2: bottom}));
            svg.append(T.svg("text", {class: "soft", x: atX(tick), y: bottom + 16,
                "text-anchor": "middle"}, text(figure.x)(tick)));
        }
        for (const tick of ticks(y0, y1, 6, figure.y.unit)) {
            svg.append(T.svg("line", {class: "grid", x1: left, x2: WIDTH - right,
                y1: atY(tick), y2: atY(tick)}));
            svg.append(T.svg("text", {class: "soft", x: left - 7, y: atY(tick) + 4,
                "text-anchor": "end"}, text(figure.y)(tick)));
        }
        svg.append(T.svg("text", {class: "soft", x: (left + WIDTH - right) / 2,
            y: height - 8, "text-anchor": "middle"}, axisTitle(figure.x)));
        const stroke = (shape, token) => {
            shape.style.stroke = "var(--" + token + ")";
            shape.style.fill = "none";
            return shape;
        };
        /* The band around a line is along x; where it has no end it leaves the picture. */
        for (const line of xLow && xHigh && points.length > 1 ? lines : []) {
            const rows = figure.rows.filter((row) => row[line.index] !== null);
            const side = (column, beyond) => rows.map((row) =>
                atX(row[column.index] ?? beyond) + "," + atY(row[line.index]));
            if (rows.length < 2)
                continue;
            const band = paint(T.svg("polygon", {points: [...side(xLow, x0),
                ...side(xHigh, x1).reverse()].join(" ")}), "ink");
            band.style.opacity = ".12";
            svg.append(band);
        }
        for (const line of lines) {
            const path = figure.rows.filter((row) => row[line.index] !== null)
                .map((row, i) => (i ? "L" : "M") + atX(row[x.index]) + " " +
                    atY(row[line.index])).join("");
            if (path)
                svg.append(stroke(T.svg("path", {d: path, "stroke-width": 1.6}),
                    T.token(line, figure.colours)));
        }
        for (const row of figure.rows) {
            const values = points.filter((column) => row[column.index] !== null);
            for (const column of values) {
                const cx = atX(row[x.index]), cy = atY(row[column.index]);
                const token = T.token(column, figure.colours);
                if (xLow && xHigh && row[xLow.index] !== null && row[xHigh.index] !== null)
                    svg.append(stroke(T.svg("line", {x1: atX(row[xLow.index]), y1: cy,
                        x2: atX(row[xHigh.index]), y2: cy, "stroke-width": 1.2,
                        "stroke-opacity": .6}), token));
                lows.forEach((low, k) => {
                    const high = highs[k];
                    if (high && row[low.index] !== null && row[high.index] !== null)
                        svg.append(stroke(T.svg("line", {x1: cx, y1: atY(row[low.index]),
                            x2: cx, y2: atY(row[high.index]), "stroke-width": 1.2,
                            "stroke-opacity": .6}), token));
                });
                const dot = paint(T.svg("circle", {cx, cy,
                    r: column.role === "mark" ? 6 : 4.5}), token);
                const name = texts.map((one) => row[one.index]).filter(Boolean).join(" ");
                dot.append(T.svg("title", {}, (name ? name + ": " : "") +
                    T.value(row[x.index], figure.x.unit) + ", " + (column.label || "") + " " +
                    T.value(row[column.index], column.unit)));
                svg.append(dot);
                for (const line of lines.filter(isFront))
                    if (row[line.index] === row[column.index])
                        svg.append(stroke(T.svg("circle", {class: "front", cx, cy, r: 8,
                            "stroke-width": 1.6}), T.token(line, figure.colours)));
                if (name && figure.rows.length <= 24 && column === values[0])
                    svg.append(T.svg("text", {x: cx + 8, y: cy - 7}, fit(name, 28)));
            }
        }
        const named = [...points, ...lines].filter((column) => column.label);
        if (named.length > 1)
            host.append(legend(named.map((column) => [column, T.token(column, figure.colours),
                !lines.includes(column) ? "dot" : isFront(column) ? "front" : "line"])));
        host.append(T.el("p", {class: "unit", "aria-hidden": "true"}, axisTitle(figure.y)));
        host.append(svg);
    };

    T.drawsItself = (figure) => figure.shape === "ranges" || figure.shape === "points" ||
        figure.x.kind === "category";

    const draw = (figure, host) => {
        host.replaceChildren();
        if (figure.shape === "ranges" || figure.x.kind === "category")
            ranges(figure, host);
        else
            pointChart(figure, host);
    };

    /* When the host stands in the page, and again when its width changes. */
    T.drawn = (figure, host) => {
        let width = -1;
        new ResizeObserver(() => {
            if (widthOf(host) === width)
                return;
            width = widthOf(host);
            draw(figure, host);
        }).observe(host);
        T.onPrint(() => draw(figure, host), () => draw(figure, host));
        draw(figure, host);
    };
})();
