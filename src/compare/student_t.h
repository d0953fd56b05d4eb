// Student's t distribution, for intervals of a mean from few numbers.
#pragma once

#include <cstdint>

namespace cutlink::compare {

// The probability that |T| ≤ t, for t ≥ 0 and at least one degree of freedom. Exact series for whole degrees:
// Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.
[[nodiscard]] double student_t_within(double t, std::uint32_t degrees);

// The t with student_t_within(t, degrees) = probability, for a probability within 0 to 0.9999.
[[nodiscard]] double student_t_two_sided(double probability, std::uint32_t degrees);

}  // namespace cutlink::compare
