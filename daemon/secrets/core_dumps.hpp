// Keeps the process's memory, and the secrets in it, out of files.
#pragma once

namespace navette::secrets {

/// From now on the process leaves no core dump and no other process of its user may attach to it: it is not
/// dumpable, and its soft limit for core files is 0. Called first of all in main().
void suspend_core_dumps();

/// Makes that final: the hard limit goes to 0 too, so that not even the process itself can raise it again.
void forbid_core_dumps();

/// Undoes suspend_core_dumps(), for an administrator who looks for a fault (secrets.core_dumps: true).
void allow_core_dumps();

}  // namespace navette::secrets
