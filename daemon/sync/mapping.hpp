// Field mapping: a record of the application to a platform's object and back, by declared rules. Pure.
#pragma once

#include "daemon/config/manifest.hpp"
#include "daemon/core/error.hpp"

#include <boost/json/object.hpp>

#include <expected>
#include <memory>
#include <span>

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

  private:
    struct Rules;
    explicit Mapping(std::shared_ptr<const Rules> rules);

    std::shared_ptr<const Rules> rules_;
};

}  // namespace navette::sync
