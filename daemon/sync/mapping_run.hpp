// One mapping of one object, in one direction, by compiled rules.
#pragma once

#include "daemon/core/error.hpp"
#include "daemon/sync/mapping_rules.hpp"

#include <boost/json/object.hpp>
#include <boost/json/storage_ptr.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace navette::sync {

enum class Way { to_remote, to_local };

class MappingRun {
  public:
    explicit MappingRun(Way way) : way_(way) {}

    /// Fails at the first rule that fails.
    [[nodiscard]] core::Result<boost::json::object> map(
        std::span<const CompiledRule> rules, const boost::json::object& source
    ) const {
        return map(rules, source, nullptr);
    }

    /// Leaves out what is missing or cannot be converted; a list with one such item is left out whole. The
    /// result lies in `storage`.
    [[nodiscard]] boost::json::object map_what_can_be(
        std::span<const CompiledRule* const> rules,
        const boost::json::object& source,
        boost::json::storage_ptr storage = {}
    ) const;

  private:
    /// The list item in which the mapping is at work, for the paths of its errors.
    struct Item {
        const Item* around;
        const CompiledRule* list;
        std::size_t index;
    };

    [[nodiscard]] const Path& from(const CompiledRule& rule) const {
        return way_ == Way::to_remote ? rule.local : rule.remote;
    }
    [[nodiscard]] const Path& to(const CompiledRule& rule) const {
        return way_ == Way::to_remote ? rule.remote : rule.local;
    }
    [[nodiscard]] const std::vector<Step>& steps(const CompiledRule& rule) const {
        return way_ == Way::to_remote ? rule.forward : rule.backward;
    }
    [[nodiscard]] bool travels(const CompiledRule& rule) const {
        return way_ == Way::to_remote ? rule.to_remote : rule.to_local;
    }

    core::Result<boost::json::object> map(
        std::span<const CompiledRule> rules, const boost::json::object& source, const Item* item
    ) const;
    core::Result<void> apply(
        const CompiledRule& rule,
        const boost::json::object& source,
        const Item* item,
        boost::json::object& target
    ) const;
    core::Result<void> convert(
        Field& field, const CompiledRule& rule, const boost::json::object& source, const Item* item
    ) const;
    core::Result<Field> items_of(
        const CompiledRule& rule, const boost::json::object& source, const Item* item
    ) const;

    /// Names the local path; on the way back the remote one as well, since that is where the value stands.
    [[nodiscard]] std::unexpected<core::Error> failure_at(
        const CompiledRule& rule, const Item* item, const std::string& sentence
    ) const;
    static std::string full_path(const Item* item, const Path& path, Path CompiledRule::* side);

    Way way_;
};

}  // namespace navette::sync
