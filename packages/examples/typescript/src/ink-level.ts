/** The largest stored pixel value: ink; 0 is paper. */
export const inkLevel = 16;
