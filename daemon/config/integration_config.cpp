#include "daemon/config/field_value.hpp"
#include "daemon/config/manifest.hpp"
#include "daemon/config/nearest.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <utility>

namespace navette::config {
namespace {

using Sentences = std::vector<std::string>;

bool is_blank(const boost::json::value* value) {
    return value == nullptr || value->is_null() || (value->is_string() && value->get_string().empty());
}

std::vector<std::string> field_names(const Manifest& manifest, bool secret) {
    std::vector<std::string> names;
    for (const ConfigField& field : manifest.config) {
        if ((field.type == ConfigField::Type::secret) == secret) {
            names.push_back(field.name);
        }
    }
    return names;
}

void check_names(
    const Manifest& manifest,
    const boost::json::object& settings,
    const std::vector<std::string>& secret_names,
    Sentences& mistakes
) {
    for (const auto& member : settings) {
        const std::string name(member.key());
        const ConfigField* const field = manifest.field(name);
        if (field == nullptr) {
            mistakes.push_back(
                in_quotes(name) + " is not a setting of " + manifest.name +
                did_you_mean(name, field_names(manifest, false))
            );
        } else if (field->type == ConfigField::Type::secret) {
            mistakes.push_back(name + " is a secret, give it among the secrets and not among the settings");
        }
    }
    for (const std::string& name : secret_names) {
        const ConfigField* const field = manifest.field(name);
        if (field == nullptr) {
            mistakes.push_back(
                in_quotes(name) + " is not a secret of " + manifest.name +
                did_you_mean(name, field_names(manifest, true))
            );
        } else if (field->type != ConfigField::Type::secret) {
            mistakes.push_back(name + " is not a secret, give it among the settings");
        }
    }
}

std::string missing(const ConfigField& field) {
    return field.name + " is required" + (field.label.empty() ? "" : " (" + field.label + ")") +
           (field.type == ConfigField::Type::secret ? ", give it among the secrets" : "");
}

void check_setting(
    const ConfigField& field,
    const boost::json::object& settings,
    boost::json::object& checked,
    Sentences& mistakes
) {
    const boost::json::value* const given = settings.if_contains(field.name);
    if (is_blank(given)) {
        if (!field.fallback.is_null()) {
            checked[field.name] = field.fallback;
        } else if (field.required) {
            mistakes.push_back(missing(field));
        }
        return;
    }
    boost::json::value value = *given;
    if (auto complaint = convert_field(field.type, value)) {
        // A URL with a password in it must not be repeated; the name of the field is enough to find it.
        mistakes.push_back(field.name + " " + complaint->what + ", expected " + complaint->expected);
        return;
    }
    checked[field.name] = std::move(value);
}

}  // namespace

std::expected<boost::json::object, std::vector<std::string>> check_integration_config(
    const Manifest& manifest,
    const boost::json::object& settings,
    const std::vector<std::string>& secret_names
) {
    Sentences mistakes;
    check_names(manifest, settings, secret_names, mistakes);
    boost::json::object checked;
    for (const ConfigField& field : manifest.config) {
        if (field.type != ConfigField::Type::secret) {
            check_setting(field, settings, checked, mistakes);
        } else if (field.required && std::ranges::find(secret_names, field.name) == secret_names.end()) {
            mistakes.push_back(missing(field));
        }
    }
    if (!mistakes.empty()) {
        return std::unexpected(std::move(mistakes));
    }
    return checked;
}

}  // namespace navette::config
