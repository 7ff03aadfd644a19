// One suite for all connectors.
#include "tests/conformance/subject.hpp"

#include <gtest/gtest.h>
