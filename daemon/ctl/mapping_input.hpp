// What the mapping commands share: the integration that is meant with its connector, and rules as they are
// written on a command line.
#pragma once

#include "daemon/config/tenant_mapping.hpp"
#include "daemon/ctl/arguments.hpp"
#include "daemon/ctl/context.hpp"
#include "daemon/plugins/inventory.hpp"
#include "daemon/store/admin_integrations.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace navette::ctl {

struct MappedObject {
    store::KnownIntegration known;
    std::shared_ptr<const plugins::LoadedConnector> connector;
    const config::ObjectSpec* spec = nullptr;  // of the connector's manifest; null where it has no such

    [[nodiscard]] const config::Manifest& manifest() const { return connector->manifest; }
};

enum class ObjectNeed { any, known };

/// The words INTEGRATION and OBJECT, the option --tenant. Fails where there is none, or no connector of it
/// here; where the object must be `known`, also where the platform has no such.
[[nodiscard]] Result<MappedObject> mapped_object(
    const Arguments& arguments, Context& context, ObjectNeed need = ObjectNeed::known
);

/// JSON of a command line, a file or standard input; `what` names where it was written.
[[nodiscard]] Result<boost::json::value> read_json(std::string_view what, const std::string& text);

/// --transform: a name such as trim, or JSON such as {"truncate": 30}.
[[nodiscard]] Result<boost::json::array> read_transforms(const std::vector<std::string>& given);

/// "to_platform", "from_platform", "both".
[[nodiscard]] std::string shown_direction(config::MappingDirection direction);

/// The transforms on one line: "trim, truncate 30".
[[nodiscard]] std::string shown_transforms(const std::vector<config::TransformSpec>& transforms);

}  // namespace navette::ctl
