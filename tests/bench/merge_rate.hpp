// How fast one core merges what a platform shows into the hub, beside what it costs merely to read the same
// texts as JSON.
#pragma once

namespace navette::bench {

struct MergeRate {
    double merges_per_s = 0;
    double json_per_s = 0;
    double ratio = 0;  // of the two, the median of the rounds' ratios
};

/// Contacts of HubSpot's own manifest: each is mapped to local names, merged, mapped back and compared; one
/// in ten was changed there. Throws where the merge is not what it must be.
MergeRate merge_rate();

}  // namespace navette::bench
