/* decisions.csv: what policies ordered.  Nothing else in a result says it, so form,
 * order and bounds are checked. */

#include <string.h>

#include "base/procure.h"
#include "output/books.h"

static enum procure_action action_of(const char *name)
{
    int action = 0;
    while (action < PROCURE_ACTIONS && strcmp(procure_action_names[action], name) != 0)
        action++;
    return (enum procure_action)action;
}

static bool fits_tenure(enum procure_action action, enum tenure tenure)
{
    switch (action) {
    case PROCURE_BUY:
    case PROCURE_RETIRE: return tenure == TENURE_OWN;
    case PROCURE_LEASE:
    case PROCURE_RENEW:
    case PROCURE_EXIT: return tenure == TENURE_LEASE;
    case PROCURE_ACTIONS: break;
    }
    return false;
}

static void decision_row(struct books *books, struct finding_at at,
                         const struct cell cells[])
{
    int64_t time_ms = cells[DECISIONS_TIME].value - books->start_unix_ms;
    int64_t gpus = cells[DECISIONS_GPUS].value;
    int64_t in_service = cells[DECISIONS_IN_SERVICE].value;
    enum procure_action action = action_of(cells[DECISIONS_ACTION].text);
    bool of_contract = action == PROCURE_RENEW || action == PROCURE_EXIT;
    int pool = books_pool(books, cells[DECISIONS_POOL].text);

    books_expect(books, time_ms >= books->last_decision_ms && time_ms <= books->end_ms,
                 at, "time is before the row above or after the run's end");
    books->last_decision_ms = time_ms;
    books_expect(books, pool >= 0, at, "no pool is called '%s'",
                 cells[DECISIONS_POOL].text);
    books_expect(books, action != PROCURE_ACTIONS, at, "'%s' is no action",
                 cells[DECISIONS_ACTION].text);
    if (pool >= 0)
        books_expect(books, fits_tenure(action, books->pools[pool].tenure), at,
                     "a pool of tenure %s does not %s",
                     tenure_names[books->pools[pool].tenure],
                     cells[DECISIONS_ACTION].text);
    books_expect(books, gpus > 0, at, "an order of no GPUs");
    books_expect(books, cells[DECISIONS_REVIEW].value > 0, at, "review is below 1");
    books_expect(books, in_service >= 0 && cells[DECISIONS_ON_ORDER].value >= 0, at,
                 "GPUs in service or on order are below 0");
    books_expect(books, action != PROCURE_RETIRE || gpus <= in_service, at,
                 "more GPUs retire than are in service");
    books_expect(books, of_contract != cells[DECISIONS_ITEM].empty, at,
                 "item is to be given just where a contract is renewed or left");
}

void audit_decisions(struct books *books)
{
    books_read(books, TABLE_DECISIONS, decision_row);
}
