// How many writes of one kind are open at the same time: what makes a database deadlock.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <string>

namespace navette::standin {

class OpenWrites {
  public:
    /// One open write; it ends with this object.
    class Write {
      public:
        Write(OpenWrites& owner, const std::string& kind);
        Write(const Write&) = delete;
        Write& operator=(const Write&) = delete;
        ~Write();

        /// The most writes of its kind, itself included, that were open together since it began.
        std::size_t most_together() const { return *most_together_; }

      private:
        std::list<std::size_t>& open_;
        std::list<std::size_t>::iterator most_together_;
    };

    std::size_t count(const std::string& kind) const {
        const auto found = open_.find(kind);
        return found == open_.end() ? 0 : found->second.size();
    }

  private:
    std::map<std::string, std::list<std::size_t>> open_;  // for each open write, the most that were together
};

}  // namespace navette::standin
