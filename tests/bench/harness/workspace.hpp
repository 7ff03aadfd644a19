// The folder of one run of a benchmark, with all that it starts: removed in the end, however the run ends.
#pragma once

#include <sys/types.h>

#include <filesystem>

namespace navette::bench {

class Workspace {
  public:
    /// Makes an empty folder under the system's temporary one ($TMPDIR). A guardian process waits for the end
    /// of this process, by Ctrl-C and SIGKILL too, then stops the cluster that may run in folder()/pg and
    /// removes the folder.
    Workspace();
    ~Workspace();
    Workspace(const Workspace&) = delete;
    Workspace& operator=(const Workspace&) = delete;

    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

  private:
    std::filesystem::path folder_;
    int lifeline_ = -1;  // the guardian reads the other end, and acts when this one is closed
    pid_t guardian_ = -1;
};

}  // namespace navette::bench
