/*
 * Columns of doubles: their arithmetic, and statistics of their moving windows. Each function takes `rows` rows of the
 * inputs and leaves one value a row in some of the results. A window reaches back behind the first row; where there is
 * nothing before it the input is infinite, and the results of windows that reach there mean nothing.
 */
#include "arithmetic.h"
#include "extremes.h"
#include "means.h"
#include "order.h"
