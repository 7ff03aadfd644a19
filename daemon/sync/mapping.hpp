// Field mapping: a record of the application to a platform's object and back, by declared rules. Pure.
#pragma once

#include "daemon/config/manifest.hpp"
#include "daemon/core/error.hpp"

#include <boost/json/object.hpp>

#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace navette::sync {

/// A checked list of mapping rules. Cheap to copy; safe to use from several threads.
class Mapping {
  public:
    /// Checks every rule: known transforms, well-formed arguments, and an inverse where the direction is
    /// `both`. Returns all mistakes with the file:line of the rule or transform.
    [[nodiscard]] static std::expected<Mapping, config::Problems> compile(
        std::span<const config::MappingRule> rules
    );

    /// The platform's object for a record. A local path that is absent leaves the remote field out; an
    /// explicit null is carried over as null. Fails with a sentence that names the local path (array items as
    /// lines[2].vat_rate) where a required value is missing or a transform cannot read it.
    [[nodiscard]] core::Result<boost::json::object> to_remote(const boost::json::object& record) const;

    /// The record's fields for a platform's object, through the inverse transforms.
    [[nodiscard]] core::Result<boost::json::object> to_local(const boost::json::object& remote) const;

    /// Whether any rule reads back from the platform.
    [[nodiscard]] bool reads_back() const;

    /// The part of to_remote() that is read back: the remote fields that a rule of the way back names too. A
    /// field that is missing or cannot be converted is left out.
    [[nodiscard]] boost::json::object shared_to_remote(const boost::json::object& record) const;

    /// `held`, an object of the platform's, once the local `fields` have these values there. What is written
    /// from several fields (a full name) takes the others from `held`; no other place changes.
    [[nodiscard]] boost::json::object held_with(
        const boost::json::object& held, const boost::json::object& fields
    ) const;

    /// Of an object of the platform's, the places that the local `fields` are read from.
    [[nodiscard]] boost::json::object places_of(
        const boost::json::object& held, std::span<const std::string> fields
    ) const;

    /// `held` without the places that the local `fields` are read from.
    [[nodiscard]] boost::json::object held_without(
        boost::json::object held, std::span<const std::string> fields
    ) const;

    /// The record as it would come back: to_local(shared_to_remote(record)), field by field; what cannot be
    /// converted is left out.
    [[nodiscard]] boost::json::object canonical(const boost::json::object& record) const;

    /// Takes out of `fields` (from to_remote()) what is read back and equal in `known`, except what is named
    /// in `keep` (local or remote paths). Required ones too: sent again, they would overwrite an edit of them
    /// that was not told yet. Returns whether anything of `fields`, as it was before, differs from `known`:
    /// if not, there is nothing to send.
    bool drop_known(
        boost::json::object& fields, const boost::json::object& known, std::span<const std::string> keep
    ) const;

    /// Whether two values of a local field mean the same: sent, they would come back alike, and what the
    /// mapping changes on the way is their spelling only (phone_e164, lower; not truncate). False where
    /// either is null, or cannot be sent.
    [[nodiscard]] bool is_same_meaning(
        std::string_view field, const boost::json::value& a, const boost::json::value& b
    ) const;

    /// The local paths that are read back, sorted; a list's own path, not those of its items.
    [[nodiscard]] std::vector<std::string> local_paths_read_back() const;

    /// Groups of local paths that are read from one remote field each, such as the parts of a full name.
    [[nodiscard]] std::span<const std::vector<std::string>> read_together() const;

  private:
    struct Rules;
    explicit Mapping(std::shared_ptr<const Rules> rules);

    std::shared_ptr<const Rules> rules_;
};

}  // namespace navette::sync
