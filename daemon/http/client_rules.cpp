#include "daemon/http/client_rules.hpp"

#include <boost/beast/core/string.hpp>

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace navette::http {

namespace ip = boost::asio::ip;

namespace {

AddressSet checked(const std::vector<std::string>& blocks) {
    auto set = AddressSet::of(blocks);
    if (!set) {
        throw std::logic_error(set.error().message);
    }
    return std::move(*set);
}

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t");
    return begin == std::string_view::npos ? ""
                                           : text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// "192.0.2.1", "192.0.2.1:4711", "2001:db8::1" and "[2001:db8::1]:4711".
std::optional<ip::address> forwarded_address(std::string_view text) {
    text = trimmed(text);
    if (text.starts_with('[')) {
        text = text.substr(1, std::min(text.find(']'), text.size()) - 1);
    } else if (std::ranges::count(text, ':') == 1) {
        text = text.substr(0, text.find(':'));
    }
    boost::system::error_code error;
    const auto address = ip::make_address(std::string(text), error);
    return error ? std::nullopt : std::optional(unmapped(address));
}

}  // namespace

ClientRules::ClientRules(const config::ListenSettings& settings)
    : public_url_(settings.public_url), proxies_(checked(settings.trusted_proxies)) {
    for (const auto& [platform, blocks] : settings.webhook_allow) {
        webhooks_.emplace(platform, checked(blocks));
    }
}

bool ClientRules::is_trusted_proxy(const ip::address& address) const {
    return proxies_.contains(address);
}

ip::address ClientRules::client_of(const ip::address& peer, const Request& request) const {
    auto client = unmapped(peer);
    if (!proxies_.contains(client)) {
        return client;
    }
    // Several headers are one list (RFC 9110, 5.3); each proxy adds to its right end.
    std::string chain;
    for (const auto& [name, value] : request.headers) {
        if (boost::beast::iequals(name, "X-Forwarded-For")) {
            chain += (chain.empty() ? "" : ",") + value;
        }
    }
    std::string_view rest = chain;
    while (!rest.empty() && proxies_.contains(client)) {
        const auto comma = rest.rfind(',');
        const auto entry = forwarded_address(comma == std::string_view::npos ? rest : rest.substr(comma + 1));
        if (!entry) {
            break;
        }
        client = *entry;
        rest = comma == std::string_view::npos ? std::string_view() : rest.substr(0, comma);
    }
    return client;
}

std::string ClientRules::url_of(const ip::address& peer, bool secure, const Request& request) const {
    if (!public_url_.empty()) {
        return public_url_ + request.target;
    }
    if (proxies_.contains(peer)) {
        if (const auto scheme = trimmed(request.header("X-Forwarded-Proto")); !scheme.empty()) {
            secure = boost::beast::iequals({scheme.data(), scheme.size()}, "https");
        }
    }
    return (secure ? "https://" : "http://") + std::string(request.header("Host")) + request.target;
}

bool ClientRules::may_send_webhooks(std::string_view platform, const ip::address& client) const {
    const auto found = webhooks_.find(platform);
    return found == webhooks_.end() || found->second.contains(client);
}

}  // namespace navette::http
