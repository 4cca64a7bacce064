/**
 * doctor: what is wrong, or will be, with an installation, and what to do about it.
 *
 * doctor_look.c looks (files, /proc, /sys, the index) and says what it saw in the structs below;
 * doctor_check.c and doctor_check_volume.c judge that alone, so that a test can make up whatever no
 * machine at hand has; doctor_sign_in.c does both for PINs; doctor.c is the command. Nothing is
 * changed, no key but the sign-in key is opened, nothing but names and modes of other secret files
 * is read.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_DOCTOR_H
#define RECORDER_TOOLS_RECORDERCTL_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/clock.h"
#include "storage/disk/volumes.h"
#include "tools/recorderctl/context.h"
#include "tools/recorderctl/owners.h"
#include "tools/recorderctl/room.h"

enum verdict {
    VERDICT_OK,
    VERDICT_WARN, /* it works, but is not as safe as it can be, or will not go on working */
    VERDICT_BAD,  /* something does not work, or is not safe */
};

enum { DOCTOR_TEXT_BYTES = BOUND_PATH_BYTES + 256, DOCTOR_FINDINGS = 32 };

struct finding {
    enum verdict verdict;
    const char *check; /* stable name, static */
    char found[DOCTOR_TEXT_BYTES];
    char remedy[DOCTOR_TEXT_BYTES]; /* "" where there is nothing to do */
};

/* --- what a look saw ---------------------------------------------------------------------------
 */

enum protection {
    PROTECTION_NONE,
    PROTECTION_LUKS,    /* its block device is, or stands on nothing but, dm-crypt, as LUKS is */
    PROTECTION_FSCRYPT, /* its directory has an encryption policy */
    PROTECTION_UNKNOWN, /* no block device of its own can be seen, as in a container */
};

struct volume_seen {
    const char *what; /* "the store", "the keys' directory" */
    const char *path;
    const char *in_the_clear; /* what lies there so, for who takes the disk; NULL: nothing */
    int error;                /* errno: it cannot be looked at; 0 */
    dev_t device;
    uint64_t type; /* statfs f_type */
    enum protection protection;
};

/* The master key: who has it and the key directory opens every recording. */
struct master_look {
    bool is_credential;        /* systemd's, in memory while a service runs */
    bool is_replaced;          /* another is in force (keys_master_in_force) */
    struct volume_seen volume; /* of its file, where it is none; path is the file's */
};

/* The further volumes (storage/disk/volume_mark.h). */
struct volumes_look {
    size_t further;
    size_t missing;           /* of these */
    const char *first;        /* of the missing ones */
    struct fault fault;       /* what it lacks */
    enum volumes_alike alike; /* the two, of all, that have most in common */
    const char *pair[2];      /* these; of VOLUMES_APART none */
    const char *low;    /* of the further ones, that with the least room; NULL: all have plenty */
    unsigned low_share; /* that is free there, of SPACE_WHOLE */
};

struct owners_look {
    int error; /* errno: they cannot be found out */
    struct owners owners;
    size_t too_open;
    size_t too_closed;
    char first[BOUND_PATH_BYTES]; /* of these, the worst one first */
    mode_t first_mode;
};

struct index_look {
    enum status status;
    struct fault fault;
};

struct keys_look {
    struct fault fault;        /* where they cannot be read; status STATUS_OK where they can */
    size_t customers;          /* with "unassigned" */
    size_t without_this_month; /* of these */
    size_t without_next_month;
    bool recovery_key;
    size_t months;           /* private halves that there are */
    size_t without_recovery; /* of these, not sealed to the recovery key */
};

/* Who can sign in (storage/seal/sign_in.h). */
struct sign_in_look {
    struct fault fault;             /* where it cannot be told; status STATUS_OK where it can */
    size_t customers;               /* without "unassigned" */
    size_t without;                 /* of these, that have no PIN */
    size_t foreign;                 /* of these, whose PIN the sign-in key does not open for them */
    char first[BOUND_NUMBER_BYTES]; /* of these, one that is foreign where there is any */
};

struct clock_look {
    int error;
    bool synchronised;
    int64_t error_us; /* the most it can be off, as the kernel estimates */
};

struct core_look {
    char pattern[256]; /* of /proc/sys/kernel/core_pattern; "" where it cannot be read */
    int suid_dumpable; /* of /proc/sys/fs; -1 unknown */
};

struct swap_look {
    size_t areas;
    size_t open; /* of these, neither encrypted nor compressed memory */
    char first[256];
};

struct keeper_look {
    bool reported;
    int64_t age_s; /* of its last round */
    int64_t period_s;
    int64_t errors;
};

/* The reading of recordings, from time to time (storage/index/scrub.h). */
struct scrub_look {
    struct fault fault; /* where it cannot be told; status STATUS_OK where it can */
    int64_t days;       /* each is read once in so many; 0: never */
    uint64_t recordings;
    uint64_t bad;
    int64_t oldest_age_s; /* since the one that waits longest was read, or recorded; where there is
                             any */
};

/* What the keeper wants an operator to see (storage/index/alarms.h). */
struct alarms_look {
    struct fault fault; /* where it cannot be told; status STATUS_OK where it can */
    uint64_t open;
};

/* When something was done the last time. */
struct done_look {
    struct fault fault; /* where it cannot be told; status STATUS_OK where it can */
    const char *check;  /* "backup" */
    bool known;
    int64_t age_s;
    int64_t due_s; /* it should be younger */
    const char *remedy;
};

/* --- judging it --------------------------------------------------------------------------------
 */

/** The file system under a path: durable, local, one that is known to keep its word. */
struct finding doctor_check_file_system(const struct volume_seen *seen);

/** Whether what lies there is encrypted by the system: numbers and names in the index are not. */
struct finding doctor_check_encryption(const struct volume_seen *seen);

/** That the master key is the one in force, and does not lie in the clear on a disk. */
struct finding doctor_check_master(const struct master_look *seen);

/** That each further volume is mounted, is this store's, a disk of its own, and has room. */
struct finding doctor_check_volumes(const struct volumes_look *seen);

/** Owners and modes (storage/KEYS.md). */
struct finding doctor_check_owners(const struct owners_look *seen);

/** That the programs are users of their own. */
struct finding doctor_check_users(const struct owners_look *seen);

/** That the index opens with the schema of this program. */
struct finding doctor_check_index(const struct index_look *seen);

/** That there is room for calls, by the limits of the configuration (storage/disk/space.h). */
struct finding doctor_check_space(const struct room *seen);

/** That the room set aside for calls in progress is there (storage/disk/reserve.h). */
struct finding doctor_check_reserve(const struct room *seen);

/** That every customer can be recorded for, now and when the month ends. */
struct finding doctor_check_months(const struct keys_look *seen);

/** That the keys survive the loss of the master key. */
struct finding doctor_check_recovery(const struct keys_look *seen);

/** That every customer has a PIN, which was given with the sign-in key that is here. */
struct finding doctor_check_sign_in(const struct sign_in_look *seen);

/** That the clock is kept right by somebody: times of recordings are evidence. */
struct finding doctor_check_clock(const struct clock_look *seen);

/** That no program of the system takes the memory of one that crashed. */
struct finding doctor_check_core(const struct core_look *seen);

/** That memory which is swapped out is encrypted, or none is. */
struct finding doctor_check_swap(const struct swap_look *seen);

/** That the keeper does its rounds: without it nothing is recovered, and no keys are made. */
struct finding doctor_check_keeper(const struct keeper_look *seen);

/** That no alarm is open. */
struct finding doctor_check_alarms(const struct alarms_look *seen);

/** That every recording was read in the time that the configuration gives. */
struct finding doctor_check_scrub(const struct scrub_look *seen);

/** That what is to be done now and then was done in time. */
struct finding doctor_check_done(const struct done_look *seen);

/* --- looking -----------------------------------------------------------------------------------
 */

/* The findings of one visit, in the order of the checks. */
struct doctor_report {
    struct finding finding[DOCTOR_FINDINGS];
    size_t count;
};

/** Look at the PINs of all customers. The index is open. */
void doctor_look_sign_in(struct context *context, struct sign_in_look *seen);

/** Look at everything that the configuration names, and judge it. The configuration is read. */
void doctor_look(struct context *context, struct doctor_report *report);

#endif
