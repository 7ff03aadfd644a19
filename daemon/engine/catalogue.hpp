// A platform's entry in the catalogue, as its manifest declares it. Pure.
#pragma once

#include "daemon/config/manifest.hpp"
#include "daemon/store/integrations.hpp"

namespace navette::engine {

/// What available_integrations holds of a platform. enqueue() hands an event to those platforms whose entry
/// covers it.
[[nodiscard]] store::CatalogueEntry catalogue_entry(const config::Manifest& manifest);

}  // namespace navette::engine
