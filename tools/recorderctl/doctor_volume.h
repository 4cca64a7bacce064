/**
 * doctor_volume: what a path's volume is, by /sys and the kernel's word: file system and
 * encryption. Nothing is opened but directories and files below /sys.
 */
#ifndef RECORDER_TOOLS_RECORDERCTL_DOCTOR_VOLUME_H
#define RECORDER_TOOLS_RECORDERCTL_DOCTOR_VOLUME_H

#include <sys/types.h>

#include "tools/recorderctl/doctor.h"

/** Look at a path. what, path: as in struct volume_seen, borrowed by it. */
struct volume_seen doctor_volume_look(const char *what, const char *path);

/**
 * Whether a block device is encrypted: it is dm-crypt itself, or all that it stands on is (as LVM
 * or RAID on LUKS); a partition is what its disk is.
 *
 * sys  "/sys", or where a test has one of its own.
 */
enum protection doctor_volume_device(const char *sys, dev_t device);

#endif
