#include "daemon/engine/remote_account.hpp"

#include <boost/json/serialize.hpp>

namespace navette::engine {

std::string remote_account(
    const config::Manifest& manifest, const std::string& integration_id, const boost::json::object& settings
) {
    std::string account = manifest.slug;
    for (const auto& field : manifest.account) {
        account += '\n';
        if (const auto* value = settings.if_contains(field)) {
            account += value->is_string() ? std::string(value->get_string()) : boost::json::serialize(*value);
        }
    }
    return manifest.account.empty() ? account + '\n' + integration_id : account;
}

}  // namespace navette::engine
