#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "world/sink.h"

Test(bridge, every_account_has_a_nature_a_basis_and_a_name)
{
    for (int a = 0; a < ACCOUNTS; a++) {
        bool any = false;
        cr_expect(account_names[a] != NULL, "account %d has no name", a);
        for (int b = 0; b < BASES; b++)
            any |= account_has_basis((enum account)a, (enum basis)b);
        cr_expect(any, "%s has no basis", account_names[a]);
        cr_expect(account_nature((enum account)a) != NATURE_NONE,
                  "%s has no entry in `natures` (sim/world/sink.c): is a change of its "
                  "cost per unit a price, or capital?",
                  account_names[a]);
    }
}
