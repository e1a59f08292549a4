export { canPictureInPicture, closePictureInPicture, openPictureInPicture, PictureInPicture, usePictureInPicture } from './PictureInPicture';
export { Stage } from './Stage';
