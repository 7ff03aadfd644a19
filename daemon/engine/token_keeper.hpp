// Where a request's access token comes from.
#pragma once

#include "daemon/engine/integration.hpp"

#include <navette/sdk/task.hpp>

#include <expected>
#include <memory>
#include <string>

namespace navette::engine {

class TokenKeeper {
  public:
    virtual ~TokenKeeper() = default;

    /// Returns once the integration's grant holds an access token that is good by the clock, which it renews
    /// where that is due; requests that come meanwhile wait for the one renewal.
    virtual sdk::Task<std::expected<void, TokenTrouble>> ready(std::shared_ptr<const Integration> integration
    ) = 0;

    /// The platform answered 401 to a request with `refused`. True: the grant holds another token now, so the
    /// request may be sent once more.
    virtual sdk::Task<bool> renewed_after(
        std::shared_ptr<const Integration> integration, std::string refused
    ) = 0;
};

}  // namespace navette::engine
