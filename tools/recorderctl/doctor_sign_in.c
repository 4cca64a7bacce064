/* Whether customers can sign in: their PINs against the sign-in key. */
#include <sodium.h>
#include <string.h>

#include "storage/index/customers.h"
#include "storage/seal/sign_in.h"
#include "tools/recorderctl/doctor_finding.h"

struct finding doctor_check_sign_in(const struct sign_in_look *seen)
{
    struct finding finding = finding_of("sign-in");

    if (seen->fault.status != STATUS_OK) {
        finding.verdict = VERDICT_BAD;
        finding_say(finding.found, "%s", seen->fault.text);
        finding_say(finding.remedy, "nobody signs in without it: run doctor as root, and mend it");
    } else if (seen->foreign) {
        finding.verdict = VERDICT_BAD;
        finding_say(finding.found,
                    "%zu of %zu customers have a PIN that was not given with this sign-in key, "
                    "such as %s",
                    seen->foreign, seen->customers, seen->first);
        finding_say(finding.remedy,
                    "restore keys/private/sign-in.key from a copy of the keys; if it is the right "
                    "one, find out who wrote into the index, and give them new PINs: "
                    "`recorderctl customer pin`");
    } else if (seen->without) {
        finding.verdict = VERDICT_WARN;
        finding_say(finding.found, "%zu of %zu customers have no PIN, such as %s", seen->without,
                    seen->customers, seen->first);
        finding_say(finding.remedy, "they cannot sign in: `recorderctl customer pin`");
    } else {
        finding_say(finding.found, "all %zu customers have a PIN", seen->customers);
    }
    return finding;
}

/* One look at all customers. */
struct look {
    struct index *index;
    const struct sign_in_key *key;
    struct sign_in_look *seen;
};

static bool opens(const struct look *look, const struct customer *customer,
                  const struct sealed_pin *pin)
{
    char hash[SIGN_IN_PIN_BYTES];
    enum status status = sign_in_open_pin(look->key, customer->id, customer->number, pin, hash);

    sodium_memzero(hash, sizeof hash);
    return status == STATUS_OK;
}

static void look_at_customer(void *arg, const struct customer *listed)
{
    struct look *look = arg;
    struct sign_in_look *seen = look->seen;
    struct customer customer;
    struct sealed_pin pin;

    if (strcmp(listed->number, CUSTOMER_UNASSIGNED) == 0 || seen->fault.status != STATUS_OK ||
        customers_pin(look->index, listed->number, &customer, &pin, &seen->fault) != STATUS_OK)
        return;
    seen->customers++;
    if (opens(look, &customer, &pin))
        return;
    bool none = sodium_is_zero(pin.b, sizeof pin.b);
    if (none ? !seen->without && !seen->foreign : !seen->foreign)
        memcpy(seen->first, customer.number, sizeof seen->first);
    *(none ? &seen->without : &seen->foreign) += 1;
}

void doctor_look_sign_in(struct context *context, struct sign_in_look *seen)
{
    struct sign_in_key *key = NULL;

    *seen = (struct sign_in_look){.customers = 0};
    enum status status = sign_in_open(&disk_system, context->config->keys, &key, &seen->fault);
    if (status == STATUS_OK) {
        struct look look = {context->index, key, seen};
        status = customers_list(context->index, look_at_customer, &look, &seen->fault);
    }
    sign_in_close(key);
    if (status != STATUS_OK)
        seen->fault.status = status;
}
