/* How this program ends, where the payload does not say by itself. */
#pragma once

#define STATUS_FAILED 1     /* the payload asked for a reset, or ended with a failure */
#define STATUS_USAGE 2      /* wrong options, or a payload that cannot be read */
#define STATUS_KVM 3        /* KVM is missing, or refuses */
#define STATUS_STUCK 4      /* the payload did what nobody can go on from */
#define STATUS_TIMEOUT 124  /* as timeout(1) */
