// Operations that need the connectors or the key beside the database.
#pragma once

#include "daemon/engine/configuration.hpp"
#include "daemon/http/database_desk.hpp"

#include <functional>
#include <memory>
#include <utility>

namespace navette::http {

/// The configuration in force; asked on the listener's thread, once for each request.
using CurrentConfiguration = std::function<std::shared_ptr<const engine::Configuration>()>;

using ConfiguredOperation = std::function<Response(
    store::AdminSession& session, const Request& request, const engine::Configuration& configuration
)>;

/// Lays something around an operation, such as idempotent().
using Wrapper = std::function<Operation(Operation operation)>;

/// `operation` as a route's handler. `desk` must outlive it.
[[nodiscard]] inline Handler configured_handler(
    DatabaseDesk& desk,
    CurrentConfiguration configuration,
    ConfiguredOperation operation,
    Wrapper wrapper = {}
) {
    return [&desk,
            configuration = std::move(configuration),
            operation = std::move(operation),
            wrapper = std::move(wrapper)](Request request) {
        Operation bound = [operation, current = configuration()](
                              store::AdminSession& session, const Request& asked
                          ) { return operation(session, asked, *current); };
        return desk.run(wrapper ? wrapper(std::move(bound)) : std::move(bound), std::move(request));
    };
}

}  // namespace navette::http
