#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "scenario_files.h"

/* What is wrong in a scenario is said with its place, and with what would be right. */

struct wrong {
    const char *frame, *demand, *pools, *extra; /* NULL: the usual, right text */
    const char *message;
};

/* clang-format off */
static const struct wrong cases[] = {
    {.frame = "",
     .message = "t.yaml:1:1: missing key 'start': the date at which the clock begins, as in 2026-01-01; UTC"},
    {.frame = "start: 2026-01-01\n",
     .message = "t.yaml:1:1: missing key 'horizon': how long is simulated, as in 1y or 90d; or until_idle, which ends when demand is spent and nothing runs or can ever start"},
    {.frame = "horizon: 30d\n",
     .message = "t.yaml:1:1: missing key 'start': the date at which the clock begins, as in 2026-01-01; UTC"},
    {.frame = "start: yesterday\nhorizon: 30d\n",
     .message = "t.yaml:1:8: start: 'yesterday' is not a date: the year is not of 0001 to 9999; write it as '2026-01-31' or '2026-01-31T12:30:00Z'"},
    {.frame = "start: 2026-02-30\nhorizon: 30d\n",
     .message = "t.yaml:1:8: start: '2026-02-30' is not a date: the month has no such day; write it as '2026-01-31' or '2026-01-31T12:30:00Z'"},
    {.frame = "start: 1950-01-01\nhorizon: 30d\n",
     .message = "t.yaml:1:8: start: it must lie between 1970-01-01 and 2200-01-01"},
    {.frame = "start: 2026-01-01\nhorizon: 30\n",
     .message = "t.yaml:2:10: horizon: '30' needs a unit, as in '3y', '18mo', '16w' or '1y 6mo'; or until_idle"},
    {.frame = "start: 2026-01-01\nhorizon: 201y\n",
     .message = "t.yaml:2:10: horizon: 201y is above 200y"},
    {.frame = "start: 2026-01-01\nhorizon: 0d\n",
     .message = "t.yaml:2:10: horizon: 0d is no time at all"},
    {.frame = "start: 2026-01-01\nhorizon: -3d\n",
     .message = "t.yaml:2:10: horizon: '-3d' is not a whole number of ms from 0 on, as in '3y', '18mo', '16w' or '1y 6mo'; or until_idle"},
    {.frame = "start: 2026-01-01\nhorizon: until_idel\n",
     .message = "t.yaml:2:10: horizon: 'until_idel' is not a term, as in '3y', '18mo', '16w' or '1y 6mo'; or until_idle"},
    {.frame = "start: 2026-01-01\nhorizon: 30d\nintervall: 1h\n",
     .message = "t.yaml:3:1: unknown key 'intervall'; did you mean 'interval'?"},
    {.frame = "start: 2026-01-01\nhorizon: 30d\ninterval: 1 ms\n",
     .message = "t.yaml:3:11: interval: the horizon would have 2592000000 intervals, above the limit of 2000000; choose a longer interval"},
    {.frame = "start: 2026-01-01\nhorizon: 30d\ninterval: 0d\n",
     .message = "t.yaml:3:11: interval: 0d is below 1ms"},
    {.frame = "start: 2026-01-01\nhorizon: 30d\nwarmup: 30d\n",
     .message = "t.yaml:3:9: warmup: it must end before the horizon"},
    {.frame = "start: 2026-01-01\nhorizon: 30d\nseed: -1\n",
     .message = "t.yaml:3:7: seed: -1 is below 0"},
    {.frame = "start: 2026-01-01\nhorizon: 30d\nseed: 1.5\n",
     .message = "t.yaml:3:7: seed: '1.5' is not a whole number, such as 8"},
    {.frame = "start: 2026-01-01\nhorizon: 30d\ndiscount_rate: 10\n",
     .message = "t.yaml:3:16: discount_rate: '10' needs a unit, as in '10 %/y'"},
    {.frame = "start: 2026-01-01\nhorizon: 30d\ndiscount_rate: 10 %\n",
     .message = "t.yaml:3:16: discount_rate: '10 %' is a fraction where a rate per year is wanted, as in '10 %/y'"},
    {.frame = "start: 2026-01-01\nhorizon: 30d\ndiscount_rate: nan %/y\n",
     .message = "t.yaml:3:16: discount_rate: 'nan %/y' is not a rate per year, such as '10 %/y'"},
    {.frame = "start: 2026-01-01\nhorizon: 30d\nclosing: marked\n",
     .message = "t.yaml:3:10: closing: 'marked' is not one of market, book, none; did you mean 'market'?"},
    {.frame = "start: 2026-01-01\nhorizon: 30d\nevents: yes\n",
     .message = "t.yaml:3:9: events: 'yes' is not true or false"},
    {.frame = "start: 2026-01-01\nstart: 2026-01-01\nhorizon: 30d\n",
     .message = "t.yaml:2:1: duplicate key 'start', first given at line 1"},
    {.frame = "start: 2026-01-01\nhorizon: 30d\ncatalog: none.yaml\n",
     .message = "t.yaml:3:10: catalog: none.yaml: No such file or directory"},
    {.frame = "start: 2026-01-01\nhorizon: 30d\nname: [a, b]\n",
     .message = "t.yaml:3:7: name: one value is wanted, not a list or a map"},
    {.demand = "demand: [{jobs: jobs.csv, checkpoint: young-daly}]\n",
     .message = "t.yaml:3:39: demand.0.checkpoint: young-daly weighs the cost of a checkpoint against failures; give `checkpoint_cost`, as in `checkpoint_cost: 2min`"},
    {.demand = "demand: jobs.csv\n",
     .message = "t.yaml:3:9: demand: a list is wanted, as in [{jobs: jobs.csv}]"},
    {.demand = "demand: [jobs.csv]\n",
     .message = "t.yaml:3:10: demand.0: a source is a map, as in {jobs: jobs.csv}"},
    {.demand = "demand: [{}]\n",
     .message = "t.yaml:3:10: demand.0: `jobs`, `model` or `level` is needed, as in `jobs: jobs.csv` or `model: {name: poisson, rate: 100 /d}`"},
    {.demand = "demand: [{jobs: jobs.csv, model: poisson}]\n",
     .message = "t.yaml:3:10: demand.0: give `jobs` or `model`, not both, as in `jobs: jobs.csv` or `model: {name: poisson, rate: 100 /d}`"},
    {.demand = "demand: [{level: l.csv}]\n",
     .message = "t.yaml:3:18: demand.0.level: l.csv: there is no such file"},
    {.demand = "demand: [{requests: r.csv}]\n",
     .message = "t.yaml:3:10: demand.0: missing key 'output_rate': output tokens that a GPU makes in a second, as 1000 for a model of 70 billion parameters on an H100"},
    {.demand = "demand: [{requests: r.csv, output_rate: 1000}]\n",
     .message = "t.yaml:3:21: demand.0.requests: r.csv: there is no such file"},
    {.demand = "demand: [{jobs: nowhere.csv}]\n",
     .message = "t.yaml:3:17: demand.0.jobs: nowhere.csv: there is no such file"},
    {.demand = "demand: [{jobs: late.csv}]\n",
     .message = "t.yaml:3:17: demand.0: the first job of late.csv is submitted at -5 s, before the scenario's start 2026-01-01T00:00:00Z; move it with `align: to-start`, or cut it with `tenure trace slice`"},
    {.demand = "demand: [{jobs: dated.csv}]\n",
     .message = "t.yaml:3:17: demand.0: the first job of dated.csv is submitted at 2025-12-31T23:00:00Z, before the scenario's start 2026-01-01T00:00:00Z; move it with `align: to-start`, or cut it with `tenure trace slice`"},
    {.demand = "demand: [{jobs: bad.csv}]\n",
     .message = "bad.csv:2:3: gpus: 0 is below 1"},
    {.demand = "demand: [{jobs: huge.csv}]\n",
     .message = "huge.csv:2:2: duration_s: 6000000000 s on 1000000 GPUs are over 4e18 GPU-ms"},
    {.demand = "demand: [{jobs: short.csv}]\n",
     .message = "t.yaml:3:17: demand.0: short.csv ends after 3 % of the horizon; say what comes then: `after_end: stop` or `after_end: repeat`"},
    {.demand = "demand: [{jobs: jobs.csv, scale: -1}]\n",
     .message = "t.yaml:3:34: demand.0.scale: -1 is below 0"},
    {.demand = "demand: [{jobs: jobs.csv, scale: much}]\n",
     .message = "t.yaml:3:34: demand.0.scale: 'much' is not a number, such as '1.25'"},
    {.demand = "demand: [{jobs: jobs.csv, align: to-begin}]\n",
     .message = "t.yaml:3:34: demand.0.align: 'to-begin' is not one of as-is, to-start, to-start-weekday"},
    {.demand = "demand: [{jobs: jobs.csv, limit_ratio: 2}]\n",
     .message = "t.yaml:3:27: demand.0: `limit_ratio` is for models; this is a trace"},
    {.demand = "demand: [{model: poisson, align: as-is}]\n",
     .message = "t.yaml:3:27: demand.0: `align` is for traces; this is a model"},
    {.demand = "demand: [{model: poison}]\n",
     .message = "t.yaml:3:18: demand.0.model: 'poison' is not one of poisson, profile, gamma, mmpp, sessions; did you mean 'poisson'?"},
    {.demand = "demand: [{model: {rate: 3 /d}}]\n",
     .message = "t.yaml:3:18: demand.0.model: a name, or a map with `name`, is wanted, as in {name: poisson}"},
    {.demand = "demand: [{model: {name: poisson, rate: 3}}]\n",
     .message = "t.yaml:3:40: demand.0.model.rate: '3' needs a unit, as in '130 /d'"},
    {.demand = "demand: [{model: {name: poisson, rat: 3 /d}}]\n",
     .message = "t.yaml:3:34: demand.0.model: unknown key 'rat'; did you mean 'rate'?"},
    {.demand = "demand: [{jobs: jobs.csv, pools: [owned]}]\n",
     .message = "t.yaml:3:34: demand.0.pools: no pool is called 'owned'"},
    {.demand = "demand: [{jobs: jobs.csv, classes: h100}]\n",
     .message = "t.yaml:3:36: demand.0.classes: no GPU class 'h100' in the catalogue; there are h100-sxm, h100-pcie, h100-nvl"},
    {.demand = "demand: [{jobs: jobs.csv, reference_class: a1000}]\n",
     .message = "t.yaml:3:44: demand.0.reference_class: no GPU class 'a1000' in the catalogue; `tenure models --catalogue` lists them"},
    {.demand = "demand: [{jobs: jobs.csv, patience: 5}]\n",
     .message = "t.yaml:3:37: demand.0.patience: '5' needs a unit, as in '16w'"},
    {.demand = "demand: [{jobs: jobs.csv, memory: 80}]\n",
     .message = "t.yaml:3:35: demand.0.memory: '80' needs a unit, as in '80 GB'"},
    {.demand = "demand: [{jobs: jobs.csv, growth: -100 %/y}]\n",
     .message = "t.yaml:3:35: demand.0.growth: -100 %/y is below -99 %/y"},
    {.demand = "demand: [{jobs: jobs.csv, tenant: \"a\\nb\"}]\n",
     .message = "t.yaml:3:35: demand.0.tenant: 'a?b' holds a line end, tab or other control character"},
    {.demand = "demand: [{jobs: jobs.csv, workload: a234567890123456789012345678901234567890123456789012345678901234}]\n",
     .message = "t.yaml:3:37: demand.0.workload: 64 bytes are too long; at most 63"},
    {.demand = "demand: [{jobs: jobs.csv, name: a}, {jobs: jobs.csv, name: a}]\n",
     .message = "t.yaml:3:60: demand.a.name: two sources are called 'a'"},
    {.pools = "pools: {}\n",
     .message = "t.yaml:4:8: pools: a list is wanted, as in [{name: own, tenure: own, class: h100-sxm, gpus: 8}]"},
    {.pools = "pools: []\n",
     .message = "t.yaml:4:8: pools: at least one is wanted, as in [{name: own, tenure: own, class: h100-sxm, gpus: 8}]"},
    {.pools = "pools: [own]\n",
     .message = "t.yaml:4:9: pools.0: a pool is a map, as in {name: own, tenure: own, class: h100-sxm, gpus: 8}"},
    {.pools = "pools: [{tenure: own, class: h100-sxm, gpus: 8}]\n",
     .message = "t.yaml:4:9: pools.0: missing key 'name': what results call it: letters, digits, '.', '_', '-'"},
    {.pools = "pools: [{name: own, class: h100-sxm, gpus: 8}]\n",
     .message = "t.yaml:4:9: pools.own: missing key 'tenure': how the GPUs are held: own, lease, on-demand, spot"},
    {.pools = "pools: [{name: own, tenure: owned, class: h100-sxm, gpus: 8}]\n",
     .message = "t.yaml:4:29: pools.own.tenure: 'owned' is not one of own, lease, on-demand, spot"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8, failures: bathtube}]\n",
     .message = "t.yaml:4:70: pools.own.failures: 'bathtube' is not one of exponential, bathtub; did you mean 'bathtub'?"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8, failures: {model: exponential, rate: 4 /d}}]\n",
     .message = "t.yaml:4:97: pools.own.failures.rate: '4 /d' is a rate of events where a rate of failures per server is wanted, as in '4 /1000-node-d'"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8, failures: {model: exponential, reset_shar: 4 %}}]\n",
     .message = "t.yaml:4:91: pools.own.failures: unknown key 'reset_shar'; did you mean 'reset_share'?"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8, failures: {infant: 0}}]\n",
     .message = "t.yaml:4:79: pools.own.failures.infant: 0 is below 0.001"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8, failures: {reset_share: 90 %}}]\n",
     .message = "t.yaml:4:70: pools.own.failures: reset_share and service_share are 105 % together, and cannot be above 100 %"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8, failures: [bathtub]}]\n",
     .message = "t.yaml:4:70: pools.own.failures: a name, or a map with `model`, is wanted, as in {model: bathtub}"},
    {.pools = "pools: [{name: own, tenure: on-demand, class: h100-sxm, failures: bathtub}]\n",
     .message = "t.yaml:4:57: pools.own: `failures` is for own or lease pools; this one is on-demand"},
    {.pools = "pools: [{name: own, tenure: own, gpus: 8}]\n",
     .message = "t.yaml:4:9: pools.own: missing key 'class': a class of the GPU catalogue"},
    {.pools = "pools: [{name: own, tenure: own, class: h100, gpus: 8}]\n",
     .message = "t.yaml:4:41: pools.own.class: no GPU class 'h100' in the catalogue; there are h100-sxm, h100-pcie, h100-nvl"},
    {.pools = "pools: [{name: own, tenure: own, class: tpu, gpus: 8}]\n",
     .message = "t.yaml:4:41: pools.own.class: no GPU class 'tpu' in the catalogue; `tenure models --catalogue` lists them"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm}]\n",
     .message = "t.yaml:4:9: pools.own: `gpus` or `servers` is needed, as in `gpus: 1024` or `servers: 128`"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8, servers: 1}]\n",
     .message = "t.yaml:4:9: pools.own: give `gpus` or `servers`, not both, as in `gpus: 1024` or `servers: 128`"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: -8}]\n",
     .message = "t.yaml:4:57: pools.own.gpus: -8 is below 0"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8.5}]\n",
     .message = "t.yaml:4:57: pools.own.gpus: '8.5' is not a whole number, such as 8"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 99999999999999999999}]\n",
     .message = "t.yaml:4:57: pools.own.gpus: '99999999999999999999' is too large"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, servers: 10000000}]\n",
     .message = "t.yaml:4:60: pools.own: 80000000 GPUs are above the limit of 10000000"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8, prepay: 20 %}]\n",
     .message = "t.yaml:4:60: pools.own: `prepay` is for lease pools; this one is own"},
    {.pools = "pools: [{name: b, tenure: on-demand, class: h100-sxm, gpus: 8}]\n",
     .message = "t.yaml:4:55: pools.b: `gpus` is for own or lease pools; this one is on-demand"},
    {.pools = "pools: [{name: l, tenure: lease, class: h100-sxm, gpus: 8, term: 1y, changes: []}]\n",
     .message = "t.yaml:4:70: pools.l: `changes` is for own pools; this one is lease"},
    {.pools = "pools: [{name: l, tenure: lease, class: h100-sxm, gpus: 8}]\n",
     .message = "t.yaml:4:9: pools.l: missing key 'term': length of the contract, take-or-pay, as in 3y"},
    {.pools = "pools: [{name: l, tenure: lease, class: a100-80-sxm, gpus: 8, term: 1y}]\n",
     .message = "t.yaml:4:9: pools.l: `price` is needed, as in `price: 2.49 USD/GPU-h`: the catalogue has none for a100-80-sxm"},
    {.pools = "pools: [{name: l, tenure: lease, class: h100-sxm, gpus: 8, term: 1y, price: 2.05}]\n",
     .message = "t.yaml:4:77: pools.l.price: '2.05' needs a unit, as in '2.49 USD/GPU-h'"},
    {.pools = "pools: [{name: l, tenure: lease, class: h100-sxm, gpus: 8, term: 1y, price: 2.05 USD}]\n",
     .message = "t.yaml:4:77: pools.l.price: '2.05 USD' is an amount of money where a price of GPU time is wanted, as in '2.49 USD/GPU-h'"},
    {.pools = "pools: [{name: l, tenure: lease, class: h100-sxm, gpus: 8, term: 1y, price: -1 USD/GPU-h}]\n",
     .message = "t.yaml:4:77: pools.l.price: -1 USD/GPU-h is below 0 USD/GPU-h"},
    {.pools = "pools: [{name: l, tenure: lease, class: h100-sxm, gpus: 8, term: 1y, prepay: 120 %}]\n",
     .message = "t.yaml:4:78: pools.l.prepay: 120 % is above 100 %"},
    {.pools = "pools: [{name: l, tenure: lease, class: h100-sxm, gpus: 8, term: 0d}]\n",
     .message = "t.yaml:4:66: pools.l.term: 0d is below 1ms"},
    {.pools = "pools: [{name: l, tenure: lease, class: h100-sxm, gpus: 8, term: 1y, from: 2025-12-31}]\n",
     .message = "t.yaml:4:76: pools.l.from: it lies before the scenario's start; of a running lease give the rest of the term, from the start"},
    {.pools = "pools: [{name: b, tenure: on-demand, class: h100-pcie}]\n",
     .message = "t.yaml:4:9: pools.b: `price` is needed, as in `price: 2.49 USD/GPU-h`: the catalogue has none for h100-pcie"},
    {.pools = "pools: [{name: b, tenure: on-demand, class: h100-sxm, limit: 100, unit: 8}]\n",
     .message = "t.yaml:4:62: pools.b.limit: 100 GPUs are not a whole number of instances of 8"},
    {.pools = "pools: [{name: b, tenure: on-demand, class: h100-sxm, increment: 0 s}]\n",
     .message = "t.yaml:4:66: pools.b.increment: 0 s is below 1ms"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8, pirce: 3}]\n",
     .message = "t.yaml:4:60: pools.own: unknown key 'pirce'"},
    {.pools = "pools: [{name: total, tenure: own, class: h100-sxm, gpus: 8}]\n",
     .message = "t.yaml:4:16: pools.total.name: 'total' is what the summary calls a sum; choose another name"},
    {.pools = "pools: [{name: a b, tenure: own, class: h100-sxm, gpus: 8}]\n",
     .message = "t.yaml:4:16: pools.a b.name: 'a b' is not a plain name: up to 63 letters, digits, '.', '_', '-'"},
    {.pools = "pools: [{name: a, tenure: own, class: h100-sxm, gpus: 8}, {name: a, tenure: own, class: h100-sxm, gpus: 8}]\n",
     .message = "t.yaml:4:66: pools.a.name: two pools are called 'a'"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8}, {name: old, tenure: own, class: a100-80-sxm, gpus: 8}]\n",
     .message = "t.yaml:3:10: demand.0: `reference_class` is needed, since h100-sxm and a100-80-sxm differ in speed; name the class on which the durations hold"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8, changes: {}}]\n",
     .message = "t.yaml:4:69: pools.own.changes: a list is wanted, as in [{at: 2026-06-01, gpus: +128}]"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8, changes: [{at: 2026-01-09, gpus: -16}]}]\n",
     .message = "t.yaml:4:93: pools.own.changes.0.gpus: the pool would have -8 GPUs"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8, lead_time: 30d, commissioning: 10d, orders: [{at: 2026-01-02, gpus: 16}], changes: [{at: 2026-02-11, gpus: -24}]}]\n",
     .message = "t.yaml:4:167: pools.own.changes.0.gpus: 16 of them are still on order then, since `lead_time` and `commissioning` come to 40 d; let them go later, or order fewer"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8, lead_time: 30d, commissioning: 10d, orders: [{at: 2026-01-02, gpus: 16}], changes: [{at: 2026-02-11, gpus: -32}]}]\n",
     .message = "t.yaml:4:167: pools.own.changes.0.gpus: the pool would have -24 GPUs"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8, changes: [{at: 2026-01-01, gpus: +8}]}]\n",
     .message = "t.yaml:4:75: pools.own.changes.0.at: it must lie after the scenario's start"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8, changes: [{at: 2026-01-09, gpus: 8}, {at: 2026-01-08, gpus: 8}]}]\n",
     .message = "t.yaml:4:102: pools.own.changes.1.at: changes must stand in order of their dates"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8, changes: [{at: 2026-01-09, gpus: 0}]}]\n",
     .message = "t.yaml:4:93: pools.own.changes.0.gpus: 0 changes nothing; give +128 or -64"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8, changes: [{at: 2026-01-09, gpus: -8, server_price: 1 USD}]}]\n",
     .message = "t.yaml:4:111: pools.own.changes.0.server_price: it is for GPUs that come"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8, in_service: 2026-02-01}]\n",
     .message = "t.yaml:4:72: pools.own.in_service: it lies after the scenario's start; GPUs that come later belong in `changes`"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8, pue: 0.9}]\n",
     .message = "t.yaml:4:65: pools.own.pue: 0.9 is below 1"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8, tariff: 0.085 USD/kW}]\n",
     .message = "t.yaml:4:68: pools.own.tariff: '0.085 USD/kW': 'USD/kW' is not a unit for a price of energy (USD/kWh, USD/MWh); write it as in '0.085 USD/kWh'"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8, life: 0d}]\n",
     .message = "t.yaml:4:66: pools.own.life: 0d is below 1d"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 10000000, server_price: 10 MUSD}]\n",
     .message = "t.yaml:4:9: pools.own: its GPUs cost 1.52e+13 USD, above the limit of 1e12 USD"},
    {.extra = "dispatch: {order: fifi}\n",
     .message = "t.yaml:5:19: dispatch.order: 'fifi' is not one of fifo, sjf, ljf, priority; did you mean 'fifo'?"},
    {.extra = "dispatch: {order: {polisy: sjf}}\n",
     .message = "t.yaml:5:19: dispatch.order: a name, or a map with `policy`, is wanted, as in {policy: fifo}"},
    {.extra = "dispatch: {backfill: easi}\n",
     .message = "t.yaml:5:22: dispatch.backfill: 'easi' is not one of none, skip, easy, conservative; did you mean 'easy'?"},
    {.extra = "dispatch: {preempt: true}\n",
     .message = "t.yaml:5:21: dispatch.preempt: it goes by priority and needs `order: priority`; the order here is fifo"},
    {.extra = "dispatch: {order: sjf, preempt: 1}\n",
     .message = "t.yaml:5:33: dispatch.preempt: '1' is not true or false"},
    {.extra = "dispatch: {wait: {policy: threshold, short: 2}}\n",
     .message = "t.yaml:5:45: dispatch.wait.short: '2' needs a unit, as in '16w'"},
    {.extra = "dispatch: {wait: {after: 30min, short: 2h}}\n",
     .message = "t.yaml:5:18: dispatch.wait: 'after' is for all jobs: leave out 'short_below', 'short' and 'long', or leave out 'after'"},
    {.extra = "dispatch: {prefer: [own, burst]}\n",
     .message = "t.yaml:5:26: dispatch.prefer: no pool is called 'burst'"},
    {.extra = "dispatch: {prefer: [own, own]}\n",
     .message = "t.yaml:5:26: dispatch.prefer: 'own' stands there twice"},
    {.extra = "dispatch: {prefer: {training: []}}\n",
     .message = "t.yaml:5:31: dispatch.prefer.training: a list of pools is wanted, as in [own, burst]"},
    {.extra = "dispatch: [fifo]\n",
     .message = "t.yaml:5:11: dispatch: a map of keys and values is wanted"},
    {.extra = "dispatch: {placemnt: packed}\n",
     .message = "t.yaml:5:12: dispatch: unknown key 'placemnt'; did you mean 'placement'?"},
    {.extra = "name: *a\n",
     .message = "t.yaml:5:7: not valid YAML: found undefined alias"},
    {.extra = "---\nstart: 2026-01-01\n",
     .message = "t.yaml:6:1: a second document begins here; one is allowed"},
    {.extra = "? [a]\n: b\n",
     .message = "t.yaml:5:3: a key must be a word, not a list or a map"},
    {.extra = "name: \"x\n",
     .message = "t.yaml:6:1: not valid YAML: while scanning a quoted scalar, found unexpected end of stream"},
    {.extra = "dispatch: {wait: {short: 2h, lnog: 3h}}\n",
     .message = "t.yaml:5:30: dispatch.wait: unknown key 'lnog'; did you mean 'long'?"},
    {.frame = "start: 2026-01-01\nhorizon: until_idle\nwarmup: -1d\n",
     .message = "t.yaml:3:9: warmup: '-1d' is not a whole number of ms from 0 on, as in '3y', '18mo', '16w' or '1y 6mo'"},
    {.demand = "demand: [{jobs: .}]\n",
     .message = "t.yaml:3:17: demand.0.jobs: .: is a directory; a file is wanted"},
    {.extra = "dispatch: {placement: packed}\npools: [{name: x, tenure: own, class: h100-sxm, gpus: 12}]\n",
     .message = "t.yaml:6:1: duplicate key 'pools', first given at line 4"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 12}]\ndispatch: {placement: packed}\n",
     .message = "t.yaml:4:57: pools.own: `placement: packed` needs whole servers of 8 GPUs; 12 is not a multiple"},
    {.pools = "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8, changes: [{at: 2026-01-09, gpus: +9}]}]\ndispatch: {placement: packed}\n",
     .message = "t.yaml:4:93: pools.own: `placement: packed` needs whole servers of 8 GPUs; 9 is not a multiple"},
    {.frame = "start: 2026-01-01\nhorizon: 199y\ninterval: 1y\n",
     .message = "t.yaml:4:17: demand.0: jobs.csv ends after 0 % of the horizon; say what comes then: `after_end: stop` or `after_end: repeat`"},
    {.demand = "demand: [{jobs: jobs.csv}, {jobs: jobs.csv, deadline_after: 0 s}]\n",
     .message = "t.yaml:3:61: demand.1.deadline_after: 0 s is below 1ms"},
    {.frame = "start: 2026-01-01\nhorizon: 1e3d\n",
     .message = "t.yaml:3:17: demand.0: jobs.csv ends after 3 % of the horizon; say what comes then: `after_end: stop` or `after_end: repeat`"},
    {.frame = "start: 2026-01-01\nhorizon: until_idle\n",
     .demand = "demand: [{model: poisson}]\n",
     .message = "t.yaml:3:18: demand.0.model: with `horizon: until_idle` a model would never end; give a horizon, such as 1y"},
    {.frame = "start: 2026-01-01\nhorizon: until_idle\n",
     .demand = "demand: [{jobs: jobs.csv, after_end: repeat}]\n",
     .message = "t.yaml:3:38: demand.0.after_end: with `horizon: until_idle` a repeated trace would never end; give a horizon, or stop"},
    {.extra = "initial: [{jobs: start.csv}]\n",
     .message = "t.yaml:5:10: initial: a map is wanted, as in {jobs: initial.csv}"},
    {.extra = "initial: {reference_class: h100-sxm}\n",
     .message = "t.yaml:5:10: initial: `jobs` is needed, as in `initial: {jobs: initial.csv}`"},
    {.extra = "initial: {model: poisson}\n",
     .message = "t.yaml:5:18: initial: `model` is for `demand`; these jobs are there at the start"},
    {.extra = "initial: {jobs: start.csv, align: to-start}\n",
     .message = "t.yaml:5:28: initial: `align` is for `demand`; these jobs are there at the start"},
    {.extra = "initial: {jobs: start.csv, after_end: stop}\n",
     .message = "t.yaml:5:28: initial: `after_end` is for `demand`; these jobs are there at the start"},
    {.extra = "initial: {jobs: start.csv, scale: 2}\n",
     .message = "t.yaml:5:28: initial: `scale` is for `demand`; these jobs are there at the start"},
    {.extra = "initial: {jobs: start.csv, growth: 2 %/y}\n",
     .message = "t.yaml:5:28: initial: `growth` is for `demand`; these jobs are there at the start"},
    {.extra = "initial: {jobs: start.csv, limit_ratio: 2}\n",
     .message = "t.yaml:5:28: initial: `limit_ratio` is for `demand`; these jobs are there at the start"},
    {.extra = "initial: {jobs: now.csv}\n",
     .message = "t.yaml:5:17: initial: job 2 of now.csv is submitted at 0.001 s, after the scenario's start 2026-01-01T00:00:00Z; jobs that come later belong to `demand`"},
    {.extra = "initial: {jobs: soon.csv}\n",
     .message = "t.yaml:5:17: initial: job 2 of soon.csv has started at 0.001 s, after the scenario's start 2026-01-01T00:00:00Z; leave `started` empty where a job waits"},
    {.extra = "initial: {jobs: gone.csv}\n",
     .message = "t.yaml:5:17: initial: job 2 of gone.csv has started at -5.5 s and lasts 5.5 s: it had ended before the scenario's start 2026-01-01T00:00:00Z"},
    {.demand = "demand: [{jobs: start.csv}]\n",
     .message = "t.yaml:3:17: demand.0: start.csv has a column 'started', which is for jobs that run at the scenario's start; give those as `initial: {jobs: ...}`"},
    {.demand = "demand: [{jobs: jobs.csv, name: initial}]\n",
     .extra = "initial: {jobs: start.csv}\n",
     .message = "t.yaml:3:33: demand.initial.name: two sources are called 'initial'"},
    {.extra = "dispatch: {relax: [jurisdicton]}\n",
     .message = "t.yaml:5:19: dispatch.relax: 'jurisdicton' is not one of pools, class, memory, jurisdiction, isolation, provider; did you mean 'jurisdiction'?"},
    {.extra = "dispatch: {relax: price}\n",
     .message = "t.yaml:5:19: dispatch.relax: 'price' is not one of pools, class, memory, jurisdiction, isolation, provider"},
    {.extra = "service: high\n",
     .message = "t.yaml:5:10: service: a list is wanted, as in [{workload: inference, delay: 0.50 USD/GPU-h}, {unserved: 3 USD/GPU-h}]"},
    {.extra = "service: [1 USD]\n",
     .message = "t.yaml:5:11: service.0: a map is wanted, as in {workload: inference, delay: 0.50 USD/GPU-h}"},
    {.extra = "service: {delay: 0.50}\n",
     .message = "t.yaml:5:18: service.delay: '0.50' needs a unit, as in '2.49 USD/GPU-h'"},
    {.extra = "service: {delay: -1 USD/GPU-h}\n",
     .message = "t.yaml:5:18: service.delay: -1 USD/GPU-h is below 0 USD/GPU-h"},
    {.extra = "service: [{unserved: 1000001 USD/GPU-h}]\n",
     .message = "t.yaml:5:22: service.0.unserved: 1000001 USD/GPU-h is above 1000000 USD/GPU-h"},
    {.extra = "service: [{mis: 1 USD}]\n",
     .message = "t.yaml:5:12: service.0: unknown key 'mis'; did you mean 'miss'?"},
    {.extra = "service: [{miss: 1 USD}, {workload: a}, {workload: b}, {workload: a}]\n",
     .message = "t.yaml:5:67: service.3.workload: 'a' has an entry already"},
    {.extra = "service: [{miss: 1 USD}, {workload: a}, {delay: 1 USD/GPU-h}]\n",
     .message = "t.yaml:5:41: service.2: a second entry without `workload`; one is for all that no other entry names"},
    {.frame = "start: 2026-01-01\nhorizon: 199y\ninterval: 1y\n",
     .demand = "demand: []\n",
     .pools = "pools: [{name: b, tenure: on-demand, class: h100-sxm}]\n",
     .message = "t.yaml:5:9: pools.b: 1000000 GPUs over the horizon are above 4e18 GPU-ms; set a lower `limit`, or a shorter horizon"},
};
/* clang-format on */

static const char *or_usual(const char *text, const char *usual)
{
    return text ? text : usual;
}

static void text_of(const struct wrong *wrong, char *text, size_t room)
{
    snprintf(text, room, "%s%s%s%s",
             or_usual(wrong->frame, "start: 2026-01-01\nhorizon: 30d\n"),
             or_usual(wrong->demand, "demand: [{jobs: jobs.csv}]\n"),
             or_usual(wrong->pools,
                      "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 16}]\n"),
             or_usual(wrong->extra, ""));
}

Test(scenario_wrong, the_usual_text_is_right)
{
    struct folder folder = folder_new();
    folder_traces(&folder);
    char text[2048];
    text_of(&(struct wrong){.message = NULL}, text, sizeof text);
    struct scenario scenario;
    struct error err = {.text = ""};
    bool ok = folder_read(&folder, &scenario, text, NULL, 0, &err);
    cr_expect(ok, "%s", err.text);
    if (ok)
        scenario_free(&scenario);
    folder_remove(&folder);
}

Test(scenario_wrong, each_case_is_refused_with_its_message)
{
    struct folder folder = folder_new();
    folder_traces(&folder);
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[2048], stripped[sizeof((struct error *)0)->text];
        text_of(&cases[i], text, sizeof text);
        struct scenario scenario;
        struct error err = {.text = ""};
        bool ok = folder_read(&folder, &scenario, text, NULL, 0, &err);
        cr_expect(ok == false, "case %zu passes, but should say: %s", i,
                  cases[i].message);
        if (ok) {
            scenario_free(&scenario);
            continue;
        }
        folder_strip(&folder, err.text, stripped, sizeof stripped);
        cr_expect(strcmp(stripped, cases[i].message) == 0,
                  "case %zu\n  says   %s\n  wanted %s", i, stripped, cases[i].message);
        cr_expect(err.kind == ERROR_INPUT, "case %zu: kind %d", i, (int)err.kind);
    }
    folder_remove(&folder);
}

Test(scenario_wrong, overrides_are_named_as_the_place)
{
    static const struct {
        const char *set, *message;
    } sets[] = {
        {"pools.own.gpus=-8", "--set pools.own.gpus: -8 is below 0"},
        {"pools.own.gpsu=8", "--set pools.own.gpsu: pools.own: unknown key 'gpsu'; did "
                             "you mean 'gpus'?"},
        {"pools.burst.limit=8", "--set pools.burst.limit: the list of 1 has no element "
                                "with this index or name: 'burst'; there are own"},
        {"horizon", "--set: 'horizon' is not of the form path=value, as in "
                    "'pools.own.gpus=512'"},
        {"dispatch.order=best", "--set dispatch.order: 'best' is not one "
                                "of fifo, sjf, ljf, priority"},
    };
    struct folder folder = folder_new();
    folder_traces(&folder);
    char text[2048];
    text_of(&(struct wrong){.message = NULL}, text, sizeof text);
    for (size_t i = 0; i < COUNT(sets); i++) {
        struct scenario scenario;
        struct error err = {.text = ""};
        bool ok = folder_read(&folder, &scenario, text, &sets[i].set, 1, &err);
        cr_assert(ok == false, "%s passes", sets[i].set);
        cr_expect(strcmp(err.text, sets[i].message) == 0,
                  "%s\n  says   %s\n  wanted %s", sets[i].set, err.text,
                  sets[i].message);
    }
    folder_remove(&folder);
}
