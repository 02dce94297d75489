export const epochCases = [];
