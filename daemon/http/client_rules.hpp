// What the settings say of clients by their address: whom to believe, whom to let in. Pure.
#pragma once

#include "daemon/config/settings.hpp"
#include "daemon/http/address_set.hpp"
#include "daemon/http/exchange.hpp"

#include <boost/asio/ip/address.hpp>

#include <map>
#include <string>
#include <string_view>

namespace navette::http {

class ClientRules {
  public:
    ClientRules() = default;
    /// The settings' networks were checked when they were read.
    explicit ClientRules(const config::ListenSettings& settings);

    [[nodiscard]] bool is_trusted_proxy(const boost::asio::ip::address& address) const;

    /// Who asks: the peer itself, or, where that is a trusted proxy, the rightmost address of X-Forwarded-For
    /// that is none. An entry that is no address ends the search: the hop that named it is the client.
    [[nodiscard]] boost::asio::ip::address client_of(
        const boost::asio::ip::address& peer, const Request& request
    ) const;

    /// The address that the client called: listen.public_url and the target; without public_url from Host,
    /// and the scheme from `secure` or a trusted proxy's X-Forwarded-Proto.
    [[nodiscard]] std::string url_of(
        const boost::asio::ip::address& peer, bool secure, const Request& request
    ) const;

    /// Whether webhooks of this platform may come from there: listen.webhook_allow.
    [[nodiscard]] bool may_send_webhooks(std::string_view platform, const boost::asio::ip::address& client)
        const;

  private:
    std::string public_url_;
    AddressSet proxies_;
    std::map<std::string, AddressSet, std::less<>> webhooks_;
};

}  // namespace navette::http
