// A page of a platform's records held against what is known of each: the items of a comparison. Pure.
#pragma once

#include "daemon/engine/integration.hpp"
#include "daemon/store/hub.hpp"
#include "daemon/sync/three_way.hpp"

#include <navette/sdk/record.hpp>

#include <string>
#include <vector>

namespace navette::engine {

/// The manifest's objects that can be compared: those that are synchronised both ways.
[[nodiscard]] std::vector<std::string> compared_objects(const Integration& integration);

class ComparedPage {
  public:
    /// `records`: of `object`, as they were pulled; those that are gone are left out. `integration` outlives
    /// it.
    ComparedPage(const Integration& integration, std::string object, std::vector<sdk::RemoteRecord> records);

    /// What must be known of: store::load_remotes.
    [[nodiscard]] const std::vector<store::RemoteName>& names() const { return names_; }

    /// The records as navette.write_compared_page takes them, JSON text. `states`: of names(), in their
    /// order.
    [[nodiscard]] std::string judged(const std::vector<store::RemoteState>& states, sync::Moment now) &&;

  private:
    struct Entry {
        sdk::RemoteRecord record;
        std::string unreadable;  // why its fields cannot be; it has no name then
    };

    const Integration& integration_;
    std::string object_;
    std::vector<Entry> entries_;
    std::vector<store::RemoteName> names_;
};

}  // namespace navette::engine
