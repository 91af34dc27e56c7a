"""The pages about competencies: the framework, its versions, the standards of posts, sheets."""
