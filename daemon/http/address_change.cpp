#include "daemon/http/address_change.hpp"

#include <algorithm>
#include <string_view>

namespace navette::http {

namespace {

bool names(std::string_view text, const std::string& field) {
    return text.find("${" + field + "}") != std::string_view::npos;
}

bool is_part_of_an_address(const config::Manifest& manifest, const config::ConfigField& field) {
    return field.type == config::ConfigField::Type::url || names(manifest.base_url, field.name) ||
           std::ranges::any_of(manifest.auth, [&](const config::AuthSpec& auth) {
               return names(auth.oauth.token_url, field.name);
           });
}

}  // namespace

bool moves_address(
    const config::Manifest& manifest, const boost::json::object& before, const boost::json::object& after
) {
    return std::ranges::any_of(manifest.config, [&](const config::ConfigField& field) {
        if (!is_part_of_an_address(manifest, field)) {
            return false;
        }
        const auto* had = before.if_contains(field.name);
        const auto* has = after.if_contains(field.name);
        return (had == nullptr ? field.fallback : *had) != (has == nullptr ? field.fallback : *has);
    });
}

std::vector<std::string> secrets_to_enter_again(
    const config::Manifest& manifest,
    const boost::json::object& before,
    const boost::json::object& after,
    const engine::SecretValues& kept,
    const IntegrationForm& form
) {
    std::vector<std::string> missing;
    if (!moves_address(manifest, before, after)) {
        return missing;
    }
    for (const auto& [name, value] : kept) {
        if (!form.secrets.contains(name)) {
            missing.push_back(name);
        }
    }
    return missing;
}

}  // namespace navette::http
