/* Judging the volumes that the store and its keys lie on. Pure. */
#include <inttypes.h>
#include <linux/magic.h>
#include <string.h>

#include "tools/recorderctl/doctor_finding.h"

struct known_file_system {
    uint64_t type;
    const char *name;
    enum verdict verdict;
    const char *remedy;
};

#define NETWORK_REMEDY                                                                             \
    "a server in between may acknowledge what it has not written, and locks may not hold: use a "  \
    "local disk"
#define MEMORY_REMEDY "nothing of it survives a power cut: use a disk"

static const struct known_file_system file_systems[] = {
    {EXT4_SUPER_MAGIC, "ext4", VERDICT_OK, ""},
    {XFS_SUPER_MAGIC, "xfs", VERDICT_OK, ""},
    {BTRFS_SUPER_MAGIC, "btrfs", VERDICT_WARN,
     "room that is set aside is not kept there, and power cuts were tried on ext4 and xfs alone"},
    {0x2fc12fc1, "zfs", VERDICT_WARN,
     "room cannot be set aside there, and power cuts were tried on ext4 and xfs alone"},
    {F2FS_SUPER_MAGIC, "f2fs", VERDICT_WARN, "power cuts were tried on ext4 and xfs alone"},
    {OVERLAYFS_SUPER_MAGIC, "overlayfs", VERDICT_BAD,
     "it may go with its container, and renames are not atomic in all cases: use a volume"},
    {TMPFS_MAGIC, "tmpfs", VERDICT_BAD, MEMORY_REMEDY},
    {RAMFS_MAGIC, "ramfs", VERDICT_BAD, MEMORY_REMEDY},
    {NFS_SUPER_MAGIC, "nfs", VERDICT_BAD, NETWORK_REMEDY},
    {CIFS_SUPER_MAGIC, "cifs", VERDICT_BAD, NETWORK_REMEDY},
    {SMB2_SUPER_MAGIC, "smb2", VERDICT_BAD, NETWORK_REMEDY},
    {CEPH_SUPER_MAGIC, "ceph", VERDICT_BAD, NETWORK_REMEDY},
    {V9FS_MAGIC, "9p", VERDICT_BAD, NETWORK_REMEDY},
    {AFS_SUPER_MAGIC, "afs", VERDICT_BAD, NETWORK_REMEDY},
    {FUSE_SUPER_MAGIC, "fuse", VERDICT_BAD,
     "what it does with a sync nobody can tell: use ext4 or xfs"},
    {MSDOS_SUPER_MAGIC, "fat", VERDICT_BAD, "it has no owners and no journal: use ext4 or xfs"},
};

struct finding doctor_check_file_system(const struct volume_seen *seen)
{
    struct finding finding = finding_of("file_system");

    if (seen->error) {
        finding.verdict = VERDICT_BAD;
        finding_say(finding.found, "%s %s: %s", seen->what, seen->path, strerror(seen->error));
        finding_say(finding.remedy,
                    "make it by `recorderctl init`, or mend the path in the configuration");
        return finding;
    }
    for (size_t i = 0; i < sizeof file_systems / sizeof file_systems[0]; i++) {
        const struct known_file_system *known = &file_systems[i];
        if (known->type != seen->type)
            continue;
        finding.verdict = known->verdict;
        finding_say(finding.found, "%s %s is on %s", seen->what, seen->path, known->name);
        finding_say(finding.remedy, "%s", known->remedy);
        return finding;
    }
    finding.verdict = VERDICT_WARN;
    finding_say(finding.found,
                "%s %s is on a file system of type 0x%" PRIx64 ", which is not known here",
                seen->what, seen->path, seen->type);
    finding_say(finding.remedy, "power cuts were tried on ext4 and xfs alone");
    return finding;
}

struct finding doctor_check_master(const struct master_look *seen)
{
    struct finding finding = finding_of("master_key");
    const struct volume_seen *volume = &seen->volume;

    if (seen->is_replaced) {
        finding.verdict = VERDICT_BAD;
        finding_say(finding.found, "the master key %s is not the one that the keys are under",
                    volume->path);
        finding_say(finding.remedy,
                    "nothing is opened with it, and no key is made: give the programs the one that "
                    "took its place, and restart them");
        return finding;
    }
    if (seen->is_credential) {
        finding_say(finding.found, "the master key is a credential");
        return finding;
    }
    if (volume->error) {
        finding.verdict = VERDICT_BAD;
        finding_say(finding.found, "the master key %s: %s", volume->path, strerror(volume->error));
        finding_say(finding.remedy,
                    "without it nothing is opened, and no key is made: restore it; where it is a "
                    "credential, say so: master_key = \"credential\"");
    } else if (volume->protection == PROTECTION_LUKS || volume->protection == PROTECTION_FSCRYPT) {
        finding_say(finding.found, "the master key %s is on what the system encrypts",
                    volume->path);
    } else {
        finding.verdict = VERDICT_WARN;
        finding_say(finding.found, "the master key %s is a file, and %s", volume->path,
                    volume->protection == PROTECTION_NONE ? "its device is not encrypted"
                                                          : "its device cannot be seen from here");
        finding_say(finding.remedy,
                    "who takes the disk opens every recording: load it as a credential that is "
                    "bound to the TPM, or put it on a volume under LUKS (storage/KEYS.md)");
    }
    return finding;
}

/* Of volumes that are all there. */
static void judge_volumes(const struct volumes_look *seen, struct finding *finding)
{
    if (seen->alike == VOLUMES_ONE_DIRECTORY) {
        finding->verdict = VERDICT_BAD;
        finding_say(finding->found, "the volumes %s and %s are one directory", seen->pair[0],
                    seen->pair[1]);
        finding_say(finding->remedy,
                    "nothing is recovered meanwhile: take one of them out of `volumes`");
    } else if (seen->low) {
        finding->verdict = VERDICT_WARN;
        finding_say(finding->found, "%u.%02u %% of the volume %s is free", seen->low_share / 100,
                    seen->low_share % 100, seen->low);
        finding_say(finding->remedy, "make room: nothing is deleted by itself");
    } else if (seen->alike == VOLUMES_ONE_DISK) {
        finding->verdict = VERDICT_WARN;
        finding_say(finding->found, "the volumes %s and %s are on one file system", seen->pair[0],
                    seen->pair[1]);
        finding_say(finding->remedy,
                    "they fail, and are full, together: mount another disk at one of them");
    } else {
        finding_say(finding->found, "%zu further volumes are there", seen->further);
    }
}

struct finding doctor_check_volumes(const struct volumes_look *seen)
{
    struct finding finding = finding_of("volumes");

    if (!seen->missing) {
        judge_volumes(seen, &finding);
        return finding;
    }
    finding.verdict = VERDICT_BAD;
    finding_say(finding.found, "%zu of %zu further volumes are not there: %s", seen->missing,
                seen->further, seen->fault.text);
    finding_say(finding.remedy,
                "nothing is recovered meanwhile: mount it, or take it out of `volumes`; if it is "
                "new: `recorderctl init --new-volume %s`",
                seen->first);
    return finding;
}

struct finding doctor_check_encryption(const struct volume_seen *seen)
{
    struct finding finding = finding_of("encryption");

    if (seen->error) {
        finding.verdict = VERDICT_BAD;
        finding_say(finding.found, "%s %s: %s", seen->what, seen->path, strerror(seen->error));
        return finding;
    }
    switch (seen->protection) {
    case PROTECTION_LUKS:
        finding_say(finding.found, "%s %s is on an encrypted device (dm-crypt)", seen->what,
                    seen->path);
        return finding;
    case PROTECTION_FSCRYPT:
        finding_say(finding.found, "%s %s is encrypted (fscrypt)", seen->what, seen->path);
        return finding;
    case PROTECTION_NONE:
        finding_say(finding.found, "%s %s is on a device that is not encrypted", seen->what,
                    seen->path);
        break;
    case PROTECTION_UNKNOWN:
        finding_say(finding.found, "%s %s: its device cannot be seen from here", seen->what,
                    seen->path);
        break;
    }
    finding.verdict = VERDICT_WARN;
    finding_say(finding.remedy,
                "%s in the clear: put it on a volume under LUKS or fscrypt (storage/KEYS.md)",
                seen->in_the_clear);
    return finding;
}
