// What of a mapping travels both ways: the remote fields that are written and read back.
#pragma once

#include "daemon/sync/mapping_rules.hpp"

#include <boost/json/object.hpp>

#include <span>
#include <string>
#include <vector>

namespace navette::sync {

class ReadBack {
  public:
    /// `rules` outlive it.
    explicit ReadBack(std::span<const CompiledRule> rules);

    /// The rules that read a remote field.
    [[nodiscard]] std::span<const CompiledRule* const> readers() const { return readers_; }

    /// The rules that write a remote field which is read back.
    [[nodiscard]] std::span<const CompiledRule* const> shared() const { return shared_; }

    /// Of shared(), those that keep a value's meaning.
    [[nodiscard]] std::span<const CompiledRule* const> respelling() const { return respelling_; }

    /// See Mapping::drop_known.
    bool drop_known(
        boost::json::object& fields, const boost::json::object& known, std::span<const std::string> keep
    ) const;

  private:
    /// A place in the platform's object that is sent or left out as one: of one rule, or of several that
    /// write into the same array or inside each other.
    struct Unit {
        Path place;
        bool read_back = true;
        std::vector<std::string> names;  // the rules' local and remote paths
    };

    void add_unit(const CompiledRule& rule, bool is_shared);

    std::vector<const CompiledRule*> readers_;
    std::vector<const CompiledRule*> shared_;
    std::vector<const CompiledRule*> respelling_;
    std::vector<Unit> units_;
};

}  // namespace navette::sync
