"use strict";
/* Figures along time or a number, drawn by uPlot: zoom by dragging, linked cursors. */
(() => {
    const T = window.Tenure;
    const values = ["stack", "line", "step", "low", "high", "point", "mark"];

    /* ---- a figure's rows as columns for uPlot ---- */

    /* Bars stand from x to their end; what lines hold, they hold at the end. */
    const grid = (figure) => {
        const x = figure.columns.findIndex((column) => column.role === "x");
        const end = figure.columns.findIndex((column) => column.role === "x_high");
        if (figure.shape !== "bars" || end < 0)
            return {xs: figure.rows.map((row) => row[x]),
                at: (i) => figure.columns.map((_, c) => figure.rows[i][c])};
        const xs = [...new Set(figure.rows.flatMap((row) => [row[x], row[end]]))]
            .sort((a, b) => a - b);
        const begin = new Map(figure.rows.map((row) => [row[x], row]));
        const done = new Map(figure.rows.map((row) => [row[end], row]));
        return {xs, at: (i) => figure.columns.map((column, c) => {
            const row = (column.role === "line" ? done : begin).get(xs[i]);
            return row ? row[c] : null;
        })};
    };

    /* One panel for each unit, that of y first. */
    const panelsOf = (figure) => {
        const shown = figure.columns.map((column, index) => ({...column, index}))
            .filter((column) => values.includes(column.role));
        const units = [...new Set([figure.y.unit, ...shown.map((column) => column.unit)])];
        return units.map((unit) => ({unit, columns: shown.filter((c) => c.unit === unit)}))
            .filter((panel) => panel.columns.length > 0);
    };

    /* What is stacked, as where each layer ends; upwards and downwards from zero. */
    const stacked = (columns, raw, n) => {
        const up = new Array(n).fill(0), down = new Array(n).fill(0), ends = new Map();
        for (const column of columns)
            ends.set(column.index, raw[column.index].map((value, i) => {
                if (value === null)
                    return null;
                return value < 0 ? (down[i] += value) : (up[i] += value);
            }));
        return ends;
    };

    /* ---- charts that move together ---- */

    const groups = new Map();
    const groupOf = (name) => {
        if (!groups.has(name))
            groups.set(name, {charts: [], busy: false, onZoom: [], window: null});
        return groups.get(name);
    };

    const zoomAll = (group, min, max) => {
        if (group.busy)
            return;
        group.busy = true;
        group.window = [min, max];
        for (const chart of group.charts)
            chart.setX(min, max);
        group.busy = false;
        for (const listener of group.onZoom)
            listener();
    };

    /* Of an axis of time: what changes stands above, the larger unit below where it begins. */
    const dates = (splits, step) => {
        const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct",
            "Nov", "Dec"];
        let last = "";
        return splits.map((value) => {
            const date = new Date(value * 1000), year = String(date.getUTCFullYear());
            const day = date.getUTCDate() + " " + months[date.getUTCMonth()];
            const [above, below] = step >= 364 * 86400 ? [year, ""] :
                step >= 27 * 86400 ? [months[date.getUTCMonth()], year] :
                    step >= 86400 ? [day, year] :
                        [date.toISOString().slice(11, 16), day + " " + year];
            const text = below && below !== last ? above + "\n" + below : above;
            last = below;
            return text;
        });
    };

    T.charts = [];
    T.live = false; /* until all are drawn: before, no scale is a user's wish */

    /* Of a logarithmic axis 1, 2 and 5 are said, and of seconds what clocks say. */
    const logarithmic = (unit) => ({
        filter: (u, splits) => splits,
        splits: (u, axis, min, max) => {
            const clock = [1, 10, 60, 600, 3600, 36000, 86400, 864000, 8640000];
            const all = unit === "s" ? clock : Array.from({length: 90}, (_, i) =>
                [1, 2, 5][i % 3] * 10 ** (Math.floor(i / 3) - 12));
            return all.filter((value) => value >= min && value <= max);
        },
    });

    /* ---- one panel ---- */

    class Panel {
        constructor(owner, panel, host, height) {
            this.owner = owner;
            this.columns = panel.columns;
            this.unit = panel.unit;
            this.host = host;
            this.height = height;
            this.stack = panel.columns.filter((column) => column.role === "stack");
            /* Later series lie on top: the inner layers of a stack, then the lines. */
            this.order = [...this.stack.slice().reverse(),
                ...panel.columns.filter((column) => column.role !== "stack")];
        }

        hidden(column) {
            return this.owner.hidden.has(column.index);
        }

        /* Made anew when something is hidden or shown. */
        data() {
            if (this.made)
                return this.made;
            const {xs, raw} = this.owner;
            const ends = stacked(this.stack.filter((c) => !this.hidden(c)), raw, xs.length);
            this.made = [xs, ...this.order.map((column) =>
                this.hidden(column) ? xs.map(() => null) :
                    ends.get(column.index) || raw[column.index])];
            return this.made;
        }

        /* The largest and smallest between two x, of all panels that share the scale. */
        extent(from, to) {
            let low = Infinity, high = -Infinity;
            const [xs, ...series] = this.data();
            for (const one of series)
                for (let i = 0; i < xs.length; i++) {
                    const inside = xs[i] >= from && (xs[i] <= to) ||
                        (i + 1 < xs.length && xs[i] < from && xs[i + 1] > from);
                    if (one[i] === null || !inside)
                        continue;
                    low = Math.min(low, one[i]);
                    high = Math.max(high, one[i]);
                }
            return [low, high];
        }

        /* Of y, by what of x is to be seen, which is said before uPlot asks. */
        range() {
            const [min, max] = this.owner.group.window || [-Infinity, Infinity];
            let [low, high] = [Infinity, -Infinity];
            for (const peer of this.peers || [this]) {
                const [a, b] = peer.extent(min, max);
                low = Math.min(low, a);
                high = Math.max(high, b);
            }
            if (low > high)
                return [0, 1];
            const flat = this.stack.length > 0 || low >= 0 && low < high * .7;
            if (flat)
                low = Math.min(0, low);
            if (high <= 0 && flat)
                high = 0;
            const room = (high - low || Math.abs(high) || 1) * .06;
            return [low < 0 || !flat ? low - room : 0, high > 0 || !flat ? high + room : 0];
        }

        series(column) {
            const colour = () => T.css(this.owner.token(column));
            const steps = uPlot.paths.stepped({align: 1});
            const one = {label: column.label || column.name, stroke: colour, width: 1.6,
                spanGaps: true, points: {show: false},
                dash: this.owner.dash(column, this.columns)};
            if (column.role === "stack" && this.owner.figure.shape === "bars")
                return {...one, fill: colour, width: 0, spanGaps: false,
                    paths: uPlot.paths.bars({size: [.86, 90], align: 1})};
            if (column.role === "stack")
                return {...one, fill: colour, fillTo: 0, width: 1, spanGaps: false,
                    paths: this.owner.figure.shape === "areas" ? steps : undefined};
            if (column.role === "step" || this.owner.figure.shape === "areas")
                return {...one, paths: steps};
            if (column.role === "point" || column.role === "mark")
                return {...one, paths: () => null, points: {show: true, fill: colour,
                    size: column.role === "mark" ? 10 : 6}};
            if (column.role === "low" || column.role === "high")
                return {...one, width: .8};
            return one;
        }

        /* From each "low" to the "high" behind it. */
        bands() {
            const bands = [];
            this.order.forEach((column, i) => {
                const next = this.order[i + 1];
                if (column.role === "low" && next && next.role === "high")
                    bands.push({series: [i + 2, i + 1],
                        fill: () => T.css(this.owner.token(column)) + "33"});
            });
            return bands;
        }

        axes() {
            const figure = this.owner.figure;
            const logY = figure.y.log && this.unit === figure.y.unit;
            const common = {stroke: () => T.css("soft"), font: "12px " + T.fontFamily,
                grid: {stroke: () => T.css("grid"), width: 1},
                ticks: {stroke: () => T.css("grid"), width: 1, size: 4}};
            const x = {...common, space: 70};
            if (figure.x.kind === "time")
                x.values = (u, splits, axis, space, step) => dates(splits, step);
            if (figure.x.kind !== "time") {
                x.size = 30;
                if (figure.x.log)
                    Object.assign(x, logarithmic(figure.x.unit));
                x.values = (u, splits) => splits.map((value) => value === null ? "" :
                    figure.x.unit === "s" ? T.seconds(value) : T.tick(value));
            }
            if (!this.last)
                Object.assign(x, {size: 8, values: (u, splits) => splits.map(() => "")});
            const y = {...common, size: 56, space: this.height < 200 ? 22 : 34,
                values: (u, splits) => splits.map((value) => value === null ? "" :
                    this.unit === "s" ? T.seconds(value) : T.tick(value))};
            if (logY)
                Object.assign(y, logarithmic(figure.y.unit));
            else if (this.unit === "s")
                y.incrs = T.secondSteps;
            return [x, y];
        }

        draw(width) {
            const figure = this.owner.figure;
            const time = figure.x.kind === "time";
            this.u = new uPlot({
                width, height: this.height,
                legend: {show: false},
                padding: [8, 22, 0, 0],
                tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1e3), "Etc/UTC"),
                cursor: {
                    sync: {key: this.owner.sync, scales: ["x", null], setSeries: false},
                    drag: {x: true, y: false, setScale: true, dist: 6},
                    points: {size: 6},
                },
                scales: {
                    x: {time, distr: figure.x.log ? 3 : 1,
                        range: figure.x.log ? (u, min, max) => [min, max] : undefined},
                    y: {distr: figure.y.log && this.unit === figure.y.unit ? 3 : 1,
                        range: figure.y.log && this.unit === figure.y.unit ?
                            (u, min, max) => [min / 1.4, max * 1.4] :
                            () => this.range()},
                },
                axes: this.axes(),
                series: [{}, ...this.order.map((column) => this.series(column))],
                bands: this.bands(),
                hooks: {
                    setCursor: [(u) => this.owner.onCursor(u)],
                    setScale: [(u, key) => {
                        if (key === "x" && T.live)
                            zoomAll(this.owner.group, u.scales.x.min, u.scales.x.max);
                    }],
                },
            }, this.data(), this.host);
        }
    }

    T.fontFamily = "system-ui, sans-serif";

    /* ---- a figure: its panels, its legend, its keys ---- */

    class Chart {
        constructor(figure, host, link) {
            this.figure = figure;
            this.host = host;
            this.hidden = new Set();
            this.group = groupOf(link);
            this.sync = uPlot.sync(link).key;
            const {xs, at} = grid(figure);
            const rows = xs.map((_, i) => at(i));
            this.xs = xs;
            this.raw = figure.columns.map((_, c) => rows.map((row) => row[c]));
            this.build();
        }

        build() {
            const figure = this.figure;
            this.panels = panelsOf(figure);
            this.host.append(this.bar());
            const box = T.el("div", {class: "plot", tabindex: "0", role: "group",
                "aria-roledescription": "chart", "aria-label": figure.title + ". " +
                (figure.note || "") + " Arrow keys read values, plus and minus zoom, " +
                "0 shows all."});
            this.panels = panelsOf(figure).map((panel, i) => {
                const label = (i === 0 && figure.y.label) || panel.unit;
                const unit = T.unit(panel.unit);
                box.append(T.el("p", {class: "unit", "aria-hidden": "true"},
                    unit && label !== unit ? label + ", " + unit : label));
                const place = T.el("div", {"aria-hidden": "true"});
                box.append(place);
                return new Panel(this, panel, place, i === 0 ? 250 : 130);
            });
            this.panels[this.panels.length - 1].last = true;
            if (figure.x.label)
                box.append(T.el("p", {class: "unit", "aria-hidden": "true"},
                    figure.x.label + (T.unit(figure.x.unit) ? ", " + figure.x.unit : "")));
            this.tip = T.el("div", {class: "tip", hidden: true, "aria-hidden": "true"});
            box.append(this.tip);
            this.host.append(box);
            this.box = box;
            box.addEventListener("keydown", (event) => this.onKey(event));
        }

        start() {
            for (const panel of this.panels)
                panel.draw(this.width());
            this.whole = [this.xs[0], this.xs[this.xs.length - 1]];
            this.group.charts.push(this);
            this.group.onZoom.push(() => this.showReset());
            T.charts.push(this);
            new ResizeObserver(() => {
                if (!this.printing && this.width() !== this.panels[0].u.width)
                    this.resize(this.width());
            }).observe(this.box);
            T.onTheme(() => {
                for (const panel of this.panels)
                    panel.u.redraw(false, true);
            });
            T.onPrint(() => {
                this.printing = true;
                this.group.before ||= this.group.window || this.whole;
                this.showAll();
                this.leave();
                this.resize(this.host.closest(".items.two") ? 320 : 680);
            }, () => {
                this.printing = false;
                this.resize(this.width());
                if (this.group.before)
                    zoomAll(this.group, ...this.group.before);
                this.group.before = null;
            });
        }

        width() {
            return Math.max(240, Math.floor(this.box.clientWidth));
        }

        resize(width) {
            for (const panel of this.panels)
                panel.u.setSize({width,
                    height: this.printing ? Math.round(panel.height * .66) : panel.height});
        }

        /* ---- legend ---- */

        bar() {
            const bar = T.el("div", {class: "bar"});
            this.keys = new Map();
            for (const panel of panelsOf(this.figure))
                for (const column of panel.columns)
                    bar.append(this.key(column));
            this.reset = T.el("button", {type: "button", class: "reset", hidden: true},
                "Show all");
            this.reset.addEventListener("click", () => this.showAll());
            bar.append(this.reset);
            return bar;
        }

        token(column) {
            return T.token(column, this.figure.colours);
        }

        /* Of lines in ink all but the first are dashed, and so are the ends of a band. */
        dash(column, columns) {
            const inks = columns.filter((c) => this.token(c) === "ink");
            if (column.role === "low" || column.role === "high")
                return [4, 3];
            return inks.findIndex((c) => c.index === column.index) > 0 ? [6, 4] : undefined;
        }

        swatch(column) {
            const form = column.role === "stack" ? "area" :
                column.role === "point" || column.role === "mark" ? "dot" : "line";
            const columns = this.panels.find((panel) => panel.unit === column.unit).columns;
            return T.swatch(form, this.token(column), this.dash(column, columns));
        }

        key(column) {
            const button = T.el("button", {type: "button", class: "key", "aria-pressed": "true",
                title: "Show or hide"}, this.swatch(column), column.label || column.name);
            button.addEventListener("click", () => this.toggle(column, button));
            this.keys.set(column.index, column);
            return button;
        }

        toggle(column, button) {
            const hide = !this.hidden.has(column.index);
            if (hide)
                this.hidden.add(column.index);
            else
                this.hidden.delete(column.index);
            button.setAttribute("aria-pressed", String(!hide));
            const {min, max} = this.panels[0].u.scales.x;
            for (const panel of this.panels) {
                panel.made = null;
                panel.u.setData(panel.data(), false);
            }
            zoomAll(this.group, min, max);
        }

        where(x) {
            const axis = this.figure.x;
            return axis.kind === "time" ? T.date(x) : T.value(x, axis.unit);
        }

        onCursor(u) {
            const i = u.cursor.idx;
            const there = i !== null && i !== undefined && u.cursor.left >= 0;
            if (!there || !this.box.matches(":hover, :focus"))
                this.tip.hidden = true;
            else
                this.showTip(i, u);
        }

        /* As if nobody pointed at it. */
        leave() {
            for (const panel of this.panels)
                panel.u.setCursor({left: -10, top: -10});
            this.tip.hidden = true;
        }

        shownAt(i) {
            return [...this.keys].filter(([index]) => !this.hidden.has(index) &&
                this.raw[index][i] !== null).map(([index, column]) =>
                [column, T.value(this.raw[index][i], column.unit)]);
        }

        /* What the cursor is at, on the side of it where there is room. */
        showTip(i, u) {
            this.tip.replaceChildren(T.el("strong", {}, this.where(this.xs[i])),
                ...this.shownAt(i).map(([column, value]) => T.el("div", {},
                    this.swatch(column), T.el("span", {}, column.label || column.name),
                    T.el("b", {}, value))));
            this.tip.hidden = false;
            const at = u.over.getBoundingClientRect(), box = this.box.getBoundingClientRect();
            const left = at.left - box.left + u.valToPos(this.xs[i], "x");
            const right = left > box.width / 2;
            this.tip.style.left = (right ? left - this.tip.offsetWidth - 12 : left + 12) + "px";
            this.tip.style.top = "30px";
        }

        /* ---- zoom ---- */

        setX(min, max) {
            for (const panel of this.panels)
                panel.u.setScale("x", {min, max});
        }

        isZoomed() {
            const {min, max} = this.panels[0].u.scales.x;
            return min > this.whole[0] || max < this.whole[1];
        }

        showReset() {
            this.reset.hidden = !this.isZoomed();
        }

        showAll() {
            zoomAll(this.group, Math.min(...this.group.charts.map((one) => one.whole[0])),
                Math.max(...this.group.charts.map((one) => one.whole[1])));
        }

        /* ---- keys ---- */

        onKey(event) {
            const u = this.panels[0].u, last = this.xs.length - 1;
            const present = u.cursor.idx ?? 0, step = event.shiftKey ? 10 : 1;
            const moves = {ArrowRight: present + step, ArrowLeft: present - step, Home: 0,
                End: last};
            if (event.target !== this.box || event.ctrlKey || event.metaKey || event.altKey)
                return;
            if (event.key in moves)
                this.moveTo(Math.max(0, Math.min(last, moves[event.key])));
            else if (event.key === "+" || event.key === "=")
                this.zoomBy(present, .5);
            else if (event.key === "-")
                this.zoomBy(present, 2);
            else if (event.key === "0" || event.key === "Escape")
                this.showAll();
            else
                return;
            event.preventDefault();
        }

        moveTo(i) {
            const u = this.panels[0].u;
            u.setCursor({left: u.valToPos(this.xs[i], "x"), top: 10});
            const said = this.shownAt(i).map(([column, value]) =>
                (column.label || column.name) + " " + value);
            T.say(this.where(this.xs[i]) + ": " + said.join(", "));
        }

        zoomBy(i, factor) {
            const {min, max} = this.panels[0].u.scales.x;
            const middle = this.xs[i], [first, last] = this.whole;
            const half = (max - min) * factor / 2;
            zoomAll(this.group, Math.max(first, middle - half),
                Math.min(last, middle + half));
        }
    }

    /* Charts of one figure of several runs: the same scale of y. */
    T.sameScale = (charts) => {
        for (const chart of charts)
            chart.panels.forEach((panel) => {
                panel.peers = charts.flatMap((other) =>
                    other.panels.filter((one) => one.unit === panel.unit));
            });
    };

    /* Not drawn before start(): then it stands in the page and has a width. */
    T.chart = (figure, host, link) => new Chart(figure, host, link);
})();
