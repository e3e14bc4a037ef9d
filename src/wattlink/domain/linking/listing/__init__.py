"""Link sessions as their app and its operators look at them."""
